package simulators

import (
	"cmp"
	"net/http"
)

// Page is an answer that is not the vendor's: that of a proxy, a gateway or a framework.
type Page struct {
	// Status is 404 where 0.
	Status int
	// ContentType is left out where empty.
	ContentType string
	Body        string
}

func (p Page) reply() *reply {
	answer := newReply(cmp.Or(p.Status, http.StatusNotFound))
	if p.ContentType != "" {
		answer.header.Set("Content-Type", p.ContentType)
	}
	answer.body = []byte(p.Body)
	return answer
}

const (
	jsonType = "application/json"
	htmlType = "text/html; charset=utf-8"
)

// UnknownPaths returns what widespread frameworks and gateways answer of their own accord to a path that they do not
// know, by their names. None of it says anything about a record.
func UnknownPaths() map[string]Page {
	return map[string]Page{
		"Rails, JSON": {ContentType: jsonType, Body: `{"status":404,"error":"Not Found"}`},
		"Rails, page": {ContentType: htmlType, Body: "<!DOCTYPE html>\n<html>\n<head>\n  <title>The page you were looking for " +
			"doesn't exist (404)</title>\n</head>\n<body><h1>The page you were looking for doesn't exist.</h1></body>\n</html>\n"},
		"Express": {ContentType: htmlType, Body: "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" +
			"<title>Error</title>\n</head>\n<body>\n<pre>Cannot GET /</pre>\n</body>\n</html>\n"},
		"Fastify": {ContentType: jsonType, Body: `{"message":"Route GET:/ not found","error":"Not Found","statusCode":404}`},
		"Spring": {ContentType: jsonType,
			Body: `{"timestamp":"2026-03-01T12:00:00.000+00:00","status":404,"error":"Not Found","path":"/"}`},
		"Django REST":     {ContentType: jsonType, Body: `{"detail":"Not found."}`},
		"FastAPI":         {ContentType: jsonType, Body: `{"detail":"Not Found"}`},
		"Laravel":         {ContentType: jsonType, Body: `{"message":"The route / could not be found."}`},
		"JSON:API":        {ContentType: jsonType, Body: `{"errors":[{"status":"404","title":"Not Found"}]}`},
		"Go":              {ContentType: "text/plain; charset=utf-8", Body: "404 page not found\n"},
		"Kong":            {ContentType: jsonType, Body: `{"message":"no Route matched with those values"}`},
		"AWS API Gateway": {ContentType: jsonType, Body: `{"message":"Not Found"}`},
		"Apigee": {ContentType: jsonType, Body: `{"fault":{"faultstring":"Unable to identify proxy for host: default and url: /",` +
			`"detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}`},
		"S3": {ContentType: "application/xml", Body: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
			"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"},
		"nginx": {ContentType: "text/html", Body: "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n" +
			"<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"},
		"Envoy": {},
	}
}
