package httpapi

import "time"

// MaxBody is the limit on answers.
const MaxBody = maxBody

// SetTimeout shortens the time limit of a try.
func (c *Client) SetTimeout(d time.Duration) { c.transport.timeout = d }
