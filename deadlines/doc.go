// Package deadlines computes until when a data subject's request must be
// answered, by versioned profiles of the regulations and by the public holidays
// of the controller's country.
//
// Everything here is a function of its arguments: no clock, network or file is
// read. Yet calendars change with releases, because countries add and abolish
// holidays. So a workflow must not call it directly: an activity does, and its
// result, [Deadlines], is recorded with the request.
//
// Where the law leaves a doubt, the earlier date is given. None of this is
// legal advice.
package deadlines
