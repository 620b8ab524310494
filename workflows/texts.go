package workflows

import "ite.digital/lethe/dsr"

// written is what operators write freely in an update. It is made one paragraph before
// anything else is done with it: it stays in reports, and is looked through for what names the
// subject.
type written interface{ texts() []*string }

// tidy makes the free texts of an update one paragraph each.
func tidy(update any) {
	if w, ok := update.(written); ok {
		for _, text := range w.texts() {
			*text = dsr.OneParagraph(*text)
		}
	}
}

func (p *Approve) texts() []*string         { return []*string{&p.Operator} }
func (p *ResolveMatch) texts() []*string    { return []*string{&p.Operator, &p.Reason} }
func (p *Cancel) texts() []*string          { return []*string{&p.Operator, &p.Reason} }
func (p *ExtendDeadline) texts() []*string  { return []*string{&p.Operator, &p.Reason} }
func (p *RetrySystem) texts() []*string     { return []*string{&p.Operator} }
func (p *SkipSystem) texts() []*string      { return []*string{&p.Operator, &p.Reason} }
func (p *CompleteTask) texts() []*string    { return []*string{&p.Operator, &p.Evidence, &p.Reason} }
func (p *ResolveHash) texts() []*string     { return []*string{&p.Operator, &p.Reason} }
func (p *AskIdentity) texts() []*string     { return []*string{&p.Operator, &p.Reason} }
func (p *ConfirmIdentity) texts() []*string { return []*string{&p.Operator, &p.Evidence} }
func (p *Lift) texts() []*string            { return []*string{&p.Operator, &p.Reason} }
func (p *ConfirmNotice) texts() []*string   { return []*string{&p.Operator, &p.Evidence} }
func (p *ResolveConflict) texts() []*string { return []*string{&p.Operator, &p.Reason} }

func (p *RetainSystem) texts() []*string {
	texts := []*string{&p.Operator, &p.Reason}
	for i := range p.Categories {
		texts = append(texts, &p.Categories[i])
	}
	return texts
}
