package deadlines_test

import (
	"fmt"
	"time"

	"ite.digital/lethe/deadlines"
)

func Example() {
	profile, err := deadlines.Lookup("gdpr")
	if err != nil {
		fmt.Println(err)
		return
	}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		fmt.Println(err)
		return
	}
	// The evening of 4 March in UTC is the morning of 5 March in Paris.
	received := time.Date(2026, 3, 4, 23, 30, 0, 0, time.UTC)
	d, err := deadlines.Compute(profile, "FR", paris, received)
	if err != nil {
		fmt.Println(err)
		return
	}
	// 5 April is Easter Sunday, 6 April Easter Monday.
	fmt.Println("due   ", d.Due)
	fmt.Println("notice", d.NoticeBy)

	d, err = d.Extend(deadlines.Extension{
		Reason:       "eleven systems, three of them on paper",
		NoticeSentAt: time.Date(2026, 4, 2, 15, 0, 0, 0, paris),
		RecordedAt:   time.Date(2026, 4, 2, 15, 5, 0, 0, paris),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("due   ", d.Due)
	// Output:
	// due    2026-04-07 23:59:59 +0200 CEST
	// notice 2026-04-05 23:59:59 +0200 CEST
	// due    2026-06-05 23:59:59 +0200 CEST
}
