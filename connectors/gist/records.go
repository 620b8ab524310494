package gist

import "ite.digital/lethe/dsr"

// records is a list of records without repetition.
type records struct {
	list []dsr.Record
	at   map[string]int
}

func newRecords() *records { return &records{at: map[string]int{}} }

func (r *records) add(more ...dsr.Record) {
	for _, record := range more {
		if _, known := r.at[record.Key()]; !known {
			r.at[record.Key()] = len(r.list)
			r.list = append(r.list, record)
		}
	}
}

func (r *records) get(kind, id string) *dsr.Record {
	if at, known := r.at[dsr.Record{Kind: kind, ID: id}.Key()]; known {
		return &r.list[at]
	}
	return nil
}
