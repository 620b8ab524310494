package intake

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/workflows"
)

// create takes a request in (OpenDSR 2.0, section 7).
func (c *call) create() {
	body, ok := c.body()
	if !ok {
		return
	}
	d := decoder{o: &c.Options, version: c.version, controller: c.client.Controller, now: c.Now()}
	request, err := d.decode(body)
	if err != nil {
		c.invalid(err)
		return
	}
	c.w.request = request.ID
	if request, err = c.submit(request); err != nil {
		c.notTaken(err)
		return
	}
	due, err := c.Due(request.Intake.Regulation, request.ReceivedAt)
	if err != nil {
		c.unclear(err, "the request is taken, and its date cannot be told; ask for its status")
		return
	}
	c.answer(http.StatusCreated, c.receiptFor(request, body, due))
}

func (c *call) receiptFor(request dsr.Request, body []byte, due time.Time) receipt {
	return receipt{
		ControllerID: request.Intake.Controller, ExpectedAt: wire(due), ReceivedAt: request.Intake.AcceptedAt,
		Encoded: base64.StdEncoding.EncodeToString(body), RequestID: request.ID, APIVersion: c.version,
		Extensions: map[string]understanding{c.Signer.Domain(): understandingOf(request.Intake.Reading)},
	}
}

// body reads the call's body, or answers why not.
func (c *call) body() ([]byte, bool) {
	if !isJSON(c.r) {
		c.fail(http.StatusUnsupportedMediaType, "send the request as application/json")
		return nil, false
	}
	if c.r.Header.Get("Content-Encoding") != "" {
		c.w.Header().Set("Accept-Encoding", "identity") // RFC 9110, section 15.5.16
		c.fail(http.StatusUnsupportedMediaType, "send the request without Content-Encoding, not compressed")
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		c.fail(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d bytes", maxBody))
		return nil, false
	case err != nil:
		c.fail(http.StatusBadRequest, "the body did not arrive as a whole")
		return nil, false
	}
	return body, true
}

// invalid says everything that is wrong with a request (sections 7.5 and 7.6).
func (c *call) invalid(err error) {
	var problems dsr.Problems
	if !errors.As(err, &problems) {
		c.fail(http.StatusBadRequest, err.Error())
		return
	}
	details := make([]faultDetail, 0, len(problems))
	for _, p := range problems {
		details = append(details, faultDetail{Domain: "Validation", Reason: p.Field, Message: p.Field + " " + p.Text})
	}
	message := details[0].Message
	if more := len(details) - 1; more > 0 {
		message += fmt.Sprintf("; errors lists this and %d more", more)
	}
	c.fail(http.StatusBadRequest, message, details...)
}

// submit hands the request over. One that was there is returned as it came first.
func (c *call) submit(request dsr.Request) (dsr.Request, error) {
	already, err := c.Desk.Submit(c.r.Context(), request)
	if err != nil || !already {
		return request, err
	}
	return c.Desk.Request(c.r.Context(), request.Kind, request.ID)
}

// notTaken answers why a request is not confirmed. Whatever is not understood is
// worth another try: the same request twice is one request. Of another controller's
// request it says that the id is taken, which cannot be kept secret, and no more.
func (c *call) notTaken(err error) {
	if errors.Is(err, requests.ErrForgotten) {
		switch belongs, unread := c.belongs(c.w.request); {
		case unread != nil:
			err = unread
		case belongs == requests.Own:
			c.fail(http.StatusConflict, "a request with this subject_request_id was carried out and forgotten; use another one")
			return
		default:
			err = requests.ErrTaken
		}
	}
	if errors.Is(err, requests.ErrTaken) {
		c.fail(http.StatusConflict, "a request with other contents has this subject_request_id; nothing was started")
		return
	}
	c.unclear(err, "the request is not confirmed; send the same again")
}

// unclear answers that something outside of the gateway fails.
func (c *call) unclear(err error, message string) {
	if isOverloaded(err) {
		c.Log.Warn().Str("request", c.w.request).Err(err).Msg("a call has to be repeated")
	} else {
		c.Log.Error().Str("request", c.w.request).Err(err).Msg("a call failed")
	}
	c.busy(message)
}

// find returns the request that the call names if it is this controller's, or
// answers why not. Those of others do not exist.
func (c *call) find() (dsr.Request, bool) {
	id := c.r.PathValue("id")
	if !uuid4.MatchString(id) {
		c.fail(http.StatusBadRequest, "the address does not end in a UUID of version 4 in small letters")
		return dsr.Request{}, false
	}
	c.w.request = id
	for _, kind := range dsr.Kinds() {
		request, err := c.Desk.Request(c.r.Context(), kind, id)
		switch {
		case err == nil && request.Intake != nil && request.Intake.Controller == c.client.Controller:
			return request, true
		case err == nil, errors.Is(err, requests.ErrUnknown):
			continue
		}
		// What a request that cannot be read is answered with depends on whose it is.
		switch belongs, unread := c.belongs(id); {
		case unread != nil:
			c.unclear(unread, "where the request stands cannot be told at the moment")
			return dsr.Request{}, false
		case belongs == requests.Foreign:
		case !errors.Is(err, requests.ErrForgotten):
			c.unclear(err, "where the request stands cannot be told at the moment")
			return dsr.Request{}, false
		case belongs == requests.Own:
			c.fail(http.StatusGone, "the request was carried out and forgotten; the completion report in the archive is what is left")
			return dsr.Request{}, false
		}
	}
	c.fail(http.StatusNotFound, "no request with this subject_request_id was handed in by this controller")
	return dsr.Request{}, false
}

// belongs says whose a request is.
func (c *call) belongs(id string) (requests.Belonging, error) {
	return c.Desk.Belongs(c.r.Context(), id, c.client.Controller)
}

// endedWithoutReport is the result of a request whose workflow failed or was
// terminated: a person has to see to it.
const endedWithoutReport dsr.Status = "ended_without_report"

// progress asks how a request stands. How its workflow runs is asked first: if it has
// ended, what is asked later is final.
func (c *call) progress(request dsr.Request) (dsr.Progress, error) {
	line, err := c.Desk.Line(c.r.Context(), request.Kind, request.ID)
	if err != nil {
		return dsr.Progress{}, err
	}
	report, _, err := c.Desk.Status(c.r.Context(), request.Kind, request.ID)
	if err != nil {
		return dsr.Progress{}, err
	}
	if report.DueAt.IsZero() { // the plan is not made yet
		if report.DueAt, err = c.Due(request.Intake.Regulation, request.ReceivedAt); err != nil {
			return dsr.Progress{}, err
		}
	}
	p := report.Progress(c.Now())
	if p.Status == dsr.StatusOpen && !line.Running() {
		p.Status = endedWithoutReport
		if p.Stage == dsr.StagePending {
			p.Stage = dsr.StageInProgress
		}
	}
	return p, nil
}

// status tells where a request stands (section 8).
func (c *call) status() {
	request, ok := c.find()
	if !ok {
		return
	}
	p, err := c.progress(request)
	if err != nil {
		c.unclear(err, "where the request stands cannot be told at the moment")
		return
	}
	answer := statusOf(c.Signer.Domain(), request.Intake.Controller, request.ID, request.Kind, p, request.Intake.Reading)
	answer.APIVersion = c.version
	c.answer(http.StatusOK, answer)
}

// cancel ends a request in which nothing was changed anywhere (section 9). To cancel
// twice is to cancel once.
func (c *call) cancel() {
	received := c.Now()
	request, ok := c.find()
	if !ok {
		return
	}
	p, err := c.progress(request)
	if err == nil && p.Stage == dsr.StagePending {
		if err = c.end(request); err != nil && !isOverloaded(err) {
			// It may have moved on meanwhile, or somebody else was faster.
			c.Log.Info().Str("request", request.ID).Err(err).Msg("a request was not cancelled")
			p, err = c.progress(request)
		} else {
			p.Stage = dsr.StageCancelled
		}
	}
	switch {
	case err != nil:
		c.unclear(err, "whether the request is cancelled cannot be told; send the same again")
	case p.Stage == dsr.StagePending:
		c.busy("the request was not cancelled; send the same again")
	case p.Stage != dsr.StageCancelled:
		c.fail(http.StatusConflict, "the request is "+string(p.Stage)+"; only a pending one can be cancelled")
	default:
		c.answer(http.StatusAccepted, cancelled{
			ControllerID: request.Intake.Controller, RequestID: request.ID, ReceivedAt: wire(received), APIVersion: c.version,
		})
	}
}

// end cancels the request's workflow.
func (c *call) end(request dsr.Request) error {
	return c.Desk.Update(c.r.Context(), request.Kind, request.ID, workflows.UpdateCancel, workflows.Cancel{
		Operator: c.client.Name, Reason: "the controller cancelled it through the gateway",
	})
}

// formatsOf lists identity types as discovery does, with the formats that they may
// come in.
func formatsOf(types map[string]dsr.IdentifierType) []identityKind {
	var all []identityKind
	for _, name := range slices.SortedFunc(maps.Keys(types), strings.Compare) {
		all = append(all, identityKind{Type: name, Format: formatRaw})
		for _, d := range dsr.Digests() {
			if types[name].Hashed(d).Known() {
				all = append(all, identityKind{Type: name, Format: string(d)})
			}
		}
	}
	return all
}
