package mailbox

// StopAfter returns the options with something that is told which step of a request
// was taken last.
func (o Options) StopAfter(after func(step string)) Options {
	o.after = after
	return o
}

// Steps are the steps of a request, in their order.
func Steps() []string { return []string{stepSubmitted, stepAcknowledged, stepMarked, stepMoved} }
