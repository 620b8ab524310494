// Package website simulates a company's own site that receives Lethe's webhook: the other side of a protocol of signed
// requests.
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
//	POST {base}/settings {"records":[{"id":"u-17","kind":"account"}]}
//	                    ->  {"results":[{"id":"u-17","kind":"account","status":"found","settings":[
//	                             {"name":"newsletter","value":"weekly","restricted":"off"}]}]}
//	POST {base}/apply   {"records":[{"id":"u-17","kind":"account","settings":[{"name":"newsletter","value":"off"}]}]}
//	                    ->  {"results":[{"id":"u-17","kind":"account","status":"applied"}]}
//
// A status of an erasure is erased, not_found, accepted (with expected_by, an RFC 3339 time), retained or failed (each with reason);
// that of a reading found or not_found, that of a change applied, not_found or failed.
// Results may come in another order than they were asked for; here they come in reverse.
package website
