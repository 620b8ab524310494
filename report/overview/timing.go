package overview

import (
	"math"
	"slices"
	"time"
)

const (
	hoursInDay = 24
	// farDays is how far from the deadline, in days, bins are told apart.
	farDays = 90
	// maxBins is how many a page has room for.
	maxBins = 24
	median  = 0.5
	p95     = 0.95
	// tenths is how finely days are told.
	tenths = 10
)

func days(d time.Duration) float64 { return d.Hours() / hoursInDay }

// timing is what the durations say; both are in days.
func timing(took, off []float64) Timing {
	slices.Sort(took)
	slices.Sort(off)
	first, _ := slices.BinarySearch(off, math.SmallestNonzeroFloat64)
	late := off[first:]
	for i, d := range late { // who is late by a minute is not late by nothing
		late[i] = math.Ceil(d*tenths) / tenths
	}
	return Timing{
		Completed: len(took), MedianDays: quantile(took, median), P95Days: quantile(took, p95),
		Late: len(late), LateMedianDays: quantile(late, median), LateMaxDays: quantile(late, 1), Distribution: distribution(off),
	}
}

// quantile is the smallest of the sorted values that a share of them does not
// exceed, to a tenth; 0 if there are none.
func quantile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(share * float64(len(sorted))))
	return math.Round(sorted[max(rank, 1)-1]*tenths) / tenths
}

// distribution puts the sorted days after the deadline into bins of the same width,
// with none left out between the first and the last.
func distribution(off []float64) []Bin {
	if len(off) == 0 {
		return nil
	}
	near := func(d float64) float64 { return min(max(d, -farDays), farDays) }
	low, high := near(off[0]), near(off[len(off)-1])
	width := 1
	for _, width = range []int{1, 2, 5, 10} {
		if binOf(high, width)-binOf(low, width) < maxBins {
			break
		}
	}
	first, last := binOf(low, width), binOf(high, width)
	bins := make([]Bin, last-first+1)
	for i := range bins {
		bins[i] = Bin{After: (first + i) * width, UpTo: (first + i + 1) * width}
	}
	for _, d := range off {
		bin := binOf(d, width)
		at := min(max(bin, first), last)
		bins[at-first].Count++
		bins[at-first].Open = bins[at-first].Open || at != bin
	}
	return bins
}

// binOf numbers the bins so that 0 holds what is just late, and -1 what is just in
// time.
func binOf(days float64, width int) int { return int(math.Ceil(days/float64(width))) - 1 }
