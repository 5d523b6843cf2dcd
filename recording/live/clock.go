package live

import (
	"sync/atomic"
	"time"
)

// sleepLimit is how far the wall clock may run ahead of the clock that stands
// still while the machine sleeps before it is taken for a sleep.
const sleepLimit = 5 * time.Second

// clock is a recording's time. It stands still in pauses, and in silence that is
// longer than idle. It belongs to the owner, but for elapsed.
type clock struct {
	began time.Time
	last  time.Time     // of the latest event
	base  time.Duration // where a continued recording went on
	idle  time.Duration // the longest silence that is kept; 0: all of it
	// ahead returns how far the wall clock ran ahead between two times of the clock
	// that stands still while the machine sleeps.
	ahead func(from, to time.Time) time.Duration

	skipped  atomic.Int64 // what was left out so far, in ns
	latest   atomic.Int64 // last, in ns since began
	pausedAt atomic.Int64 // in ns since began; running while it runs
}

// running is the pausedAt of a clock that runs.
const running = -1

func (c *clock) start(now time.Time, base, idle time.Duration) {
	c.began, c.last, c.base, c.idle = now, now, base, idle
	c.ahead = wallAhead
	c.pausedAt.Store(running)
}

func wallAhead(from, to time.Time) time.Duration {
	return to.Round(0).Sub(from.Round(0)) - to.Sub(from) // Round strips the monotonic reading
}

// event returns the recording's time at the time at, when something happens; it
// does not run backward.
func (c *clock) event(at time.Time) time.Duration {
	if silence := at.Sub(c.last); silence > 0 {
		if c.idle > 0 && silence > c.idle {
			c.skipped.Add(int64(silence - c.idle))
		}
		c.last = at
		c.latest.Store(int64(at.Sub(c.began)))
	}
	return c.duration()
}

// duration is the recording's time of the latest event.
func (c *clock) duration() time.Duration {
	return c.base + c.last.Sub(c.began) - time.Duration(c.skipped.Load())
}

// slept returns how long the machine slept between the latest event and the time
// at. The clock itself is monotonic and stood still meanwhile.
func (c *clock) slept(at time.Time) time.Duration {
	if d := c.ahead(c.last, at); d >= sleepLimit {
		return d
	}
	return 0
}

// pause stops the clock; resume lets it go on and returns how long it stood.
func (c *clock) pause(at time.Time) {
	c.event(at)
	c.pausedAt.Store(int64(c.last.Sub(c.began)))
}

func (c *clock) resume(at time.Time) time.Duration {
	stood := max(0, at.Sub(c.last))
	c.skipped.Add(int64(stood))
	if stood > 0 {
		c.last = at
		c.latest.Store(int64(at.Sub(c.began)))
	}
	c.pausedAt.Store(running)
	return stood
}

// elapsed is what a viewer's clock shows at the time at. Anybody may call it.
func (c *clock) elapsed(at time.Time) time.Duration {
	since := int64(at.Sub(c.began))
	if c.idle > 0 {
		since = min(since, c.latest.Load()+int64(c.idle))
	}
	if paused := c.pausedAt.Load(); paused != running {
		since = paused
	}
	return c.base + max(0, time.Duration(since-c.skipped.Load()))
}

// until returns how long it takes, from the time at on, until the recording's time
// is limit, if nothing happens meanwhile; and false when it will not come to that.
func (c *clock) until(limit time.Duration, at time.Time) (time.Duration, bool) {
	left := limit - (c.elapsed(at) - c.base)
	if c.pausedAt.Load() != running || c.idle > 0 && left > 0 && at.Sub(c.last)+left > c.idle {
		return 0, false
	}
	return left, true
}
