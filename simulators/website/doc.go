// Package website simulates a company's own site that receives Lethe's webhook: the other side of a protocol of three
// signed requests.
//
// Every request is a POST with a JSON body and the headers
//
//	Lethe-Timestamp: <unix seconds>
//	Lethe-Signature: v1=<hex HMAC-SHA256 of timestamp + "." + raw body>
//	Lethe-Request: <idempotency key>          (optional)
//
// A wrong signature, or a timestamp more than five minutes off, is refused with 401.
//
//	POST {base}/check   {}  ->  {"status":"ok"}
//	POST {base}/locate  {"identifiers":[{"type":"email","value":"…"}]}
//	                    ->  {"records":[{"id":"u-17","kind":"account","identifiers":[…]}]}
//	POST {base}/erase   {"records":[{"id":"u-17","kind":"account"}]}
//	                    ->  {"results":[{"id":"u-17","status":"erased"}]}
//
// A status is erased, not_found, accepted (with expected_by, an RFC 3339 time), retained or failed (each with reason).
// Results may come in another order than they were asked for; here they come in reverse.
package website
