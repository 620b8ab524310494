package render

import (
	"fmt"
	"strconv"

	"ite.digital/lethe/report/overview"
)

// The plot's measures, in the units of its picture. It is drawn here and not by a
// library: those that are kept up bring fonts and colours of their own, which do not
// follow the reader's theme.
const (
	plotWidth, plotHeight = 720, 240
	plotTop, plotBottom   = 28, 200
	plotLeft, plotRight   = 12, 708
	// tickBelow and captionBelow are how far under the axis texts stand, and
	// countAbove how far above its bar a number does.
	tickBelow, captionBelow, countAbove = 16, 34, 5
	// barShare is how much of its place a bar takes.
	barShare = 0.8
	// maxTicks is how many numbers the axis has room for.
	maxTicks = 13
)

// A plot shows how many requests were completed how far from their deadline. Time
// goes from the left to the right in every language.
type plot struct {
	Width, Height, Left, Right, Top, Bottom int
	Bars                                    []bar
	Ticks                                   []tick
	// Deadline is where the deadline stands.
	Deadline        string
	TickY, CaptionY int
}

// A bar is one bin.
type bar struct {
	X, Y, Width, Height string
	// Middle is where the number stands, at CountY.
	Middle, CountY string
	Count          int
	Late           bool
	// Days is what the bin holds, such as "-5 … 0".
	Days string
}

type tick struct{ X, Text string }

// plotOf draws the bins, or returns nil for none. The deadline is always seen.
func plotOf(bins []overview.Bin) *plot {
	if len(bins) == 0 {
		return nil
	}
	p := &plot{
		Width: plotWidth, Height: plotHeight, Left: plotLeft, Right: plotRight, Top: plotTop, Bottom: plotBottom,
		TickY: plotBottom + tickBelow, CaptionY: plotBottom + captionBelow,
	}
	width := bins[0].UpTo - bins[0].After
	low, high := min(bins[0].After, -width), max(bins[len(bins)-1].UpTo, width)
	unit := float64(plotRight-plotLeft) / float64(high-low)
	at := func(days float64) float64 { return plotLeft + (days-float64(low))*unit }
	most := 1
	for _, b := range bins {
		most = max(most, b.Count)
	}
	for _, b := range bins {
		height := float64(b.Count) / float64(most) * (plotBottom - plotTop)
		margin := (1 - barShare) / 2 * float64(width)
		p.Bars = append(p.Bars, bar{
			X: place(at(float64(b.After) + margin)), Y: place(plotBottom - height), Width: place(barShare * float64(width) * unit), Height: place(height),
			Middle: place(at(float64(b.After) + float64(width)/2)), CountY: place(plotBottom - height - countAbove), Count: b.Count, Late: b.Late(), Days: span(b),
		})
	}
	step := width
	for (high-low)/step >= maxTicks {
		step += width
	}
	for days := low / step * step; days <= high; days += step { // from 0 in both directions
		p.Ticks = append(p.Ticks, tick{place(at(float64(days))), strconv.Itoa(days)})
	}
	p.Deadline = place(at(0))
	return p
}

// place writes a coordinate.
func place(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// span names the days of a bin; an open one has no end on that side.
func span(b overview.Bin) string {
	switch {
	case b.Open && b.Late():
		return fmt.Sprintf("> %d", b.After)
	case b.Open:
		return fmt.Sprintf("≤ %d", b.UpTo)
	default:
		return fmt.Sprintf("%d … %d", b.After, b.UpTo)
	}
}
