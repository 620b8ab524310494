package deadlines

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/us"
)

// holidays are the public holidays of whole countries: a region's own are left
// out, and so are days that are merely free in practice or equal to a holiday
// for some purpose only. A holiday that is missing makes a deadline early, one
// too many makes it late. GB is England and Wales, US the federal holidays.
//
// What is amended here was found wrong in the library. Any change raises
// [CalendarVersion].
var holidays = map[string]calendar{
	"AT": at.Holidays,
	"BE": be.Holidays,
	"BG": amended(bg.Holidays, drop{bg.LabourDay}, bulgarianLabourDay),
	// Carnival and Corpus Christi are optional days ("ponto facultativo"). Lei
	// 14.759/2023 added 20 November.
	"BR": amended(br.Holidays, drop{br.Carnaval, br.CorpusChristi}, yearly(2024, time.November, 20)),
	"CZ": cz.Holidays,
	"DE": de.Holidays,
	// Constitution Day is half a holiday, for shops and schools.
	"DK": amended(dk.Holidays, drop{dk.Grundlovsdag}),
	"ES": es.Holidays,
	"FR": fr.Holidays,
	"GB": gb.Holidays,
	"GR": gr.Holidays,
	"HR": hr.Holidays,
	"IE": ie.Holidays,
	// Legge 151/2025: Saint Francis.
	"IT": amended(it.Holidays, nil, yearly(2026, time.October, 4)),
	"LT": lt.Holidays,
	"LV": lv.Holidays,
	// Good Friday is not a holiday, only equal to one for the terms of Dutch
	// law (Algemene termijnenwet Art. 3(2)).
	"NL": amended(nl.Holidays, drop{nl.GoedeVrijdag}),
	"NO": no.Holidays,
	// Act of 6 December 2024: Christmas Eve.
	"PL": amended(pl.Holidays, nil, yearly(2025, time.December, 24)),
	// Legea 52/2023: Epiphany and Saint John.
	"RO": amended(ro.Holidays, nil, yearly(2024, time.January, 6), yearly(2024, time.January, 7)),
	// The eves are equal to holidays for the terms of Swedish law only (lag
	// 1930:173 §2).
	"SE": amended(se.Holidays, drop{se.Midsommarafton, se.Julafton, se.Nyarsafton}),
	"SI": si.Holidays,
	// Working days by the budget laws: 1 September from 2024, 17 November from
	// 2025, 8 May and 15 September in 2026, and sources differ on what follows.
	"SK": amended(sk.Holidays, drop{sk.Constitution, sk.Freedom, sk.Liberation, sk.LadyOfSorrows},
		until(2023, sk.Constitution), until(2024, sk.Freedom), until(2025, sk.Liberation), until(2025, sk.LadyOfSorrows)),
	"US": us.Holidays,
}

// bulgarianLabourDay stays on 1 May unless that is a weekend day (Labour Code
// Art. 154(2)). The library moves it also in years in which Easter comes after
// it, such as 2024.
var bulgarianLabourDay = &cal.Holiday{
	Month:    bg.LabourDay.Month,
	Day:      bg.LabourDay.Day,
	Observed: bg.LabourDay.Observed,
	Func: func(h *cal.Holiday, year int) time.Time {
		if day := cal.CalcDayOfMonth(h, year); !cal.IsWeekend(day) {
			return day
		}
		return bg.LabourDay.Func(h, year)
	},
}

type drop []*cal.Holiday

// amended is a list of holidays without some of them and with others.
func amended(list []*cal.Holiday, without drop, with ...*cal.Holiday) calendar {
	rest := slices.DeleteFunc(slices.Clone(list), func(h *cal.Holiday) bool { return slices.Contains(without, h) })
	return append(rest, with...)
}

// yearly is a holiday on the same day of every year from the first on.
func yearly(first int, month time.Month, day int) *cal.Holiday {
	return &cal.Holiday{StartYear: first, Month: month, Day: day, Func: cal.CalcDayOfMonth}
}

// until is a holiday that was kept in the given year for the last time.
func until(last int, h *cal.Holiday) *cal.Holiday { return h.Clone(&cal.Holiday{EndYear: last}) }
