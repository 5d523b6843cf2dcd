package timeline

import "time"

// The slowest and the fastest that a recording plays.
const (
	MinSpeed = 1.0 / 16
	MaxSpeed = 64.0
)

// Clock is the position of a playback as a function of the time:
//
//	position = anchor + (now − t0) × speed    on the axis of the IdleMap
//
// It is a value: its methods return the clock as it is afterwards, and nothing
// ticks. A negative speed plays backward.
type Clock struct {
	idle    *IdleMap
	t0      time.Time
	anchor  time.Duration // position at t0, in the recording's time
	speed   float64
	playing bool
}

// NewClock returns a clock that stands at the start of what m maps, at speed 1.
func NewClock(m *IdleMap) Clock { return Clock{idle: m, speed: 1} }

// Position returns the position in the recording's time, from 0 to its end.
func (c Clock) Position(now time.Time) time.Duration {
	pos := c.anchor
	if c.playing {
		if passed := now.Sub(c.t0); passed > 0 {
			short := c.idle.Compress(c.anchor) + time.Duration(float64(passed)*c.speed)
			pos = c.idle.Expand(short)
		}
	}
	return min(max(pos, 0), c.idle.Duration())
}

// at moves the anchor to now.
func (c Clock) at(now time.Time) Clock {
	c.anchor, c.t0 = c.Position(now), now
	return c
}

// Play starts the clock.
func (c Clock) Play(now time.Time) Clock {
	c = c.at(now)
	c.playing = true
	return c
}

// Pause stops it.
func (c Clock) Pause(now time.Time) Clock {
	c = c.at(now)
	c.playing = false
	return c
}

// Playing tells whether the clock runs.
func (c Clock) Playing() bool { return c.playing }

// Speed returns how fast it runs.
func (c Clock) Speed() float64 { return c.speed }

// SetSpeed changes the speed, within MinSpeed and MaxSpeed either way; the position
// stays.
func (c Clock) SetSpeed(now time.Time, speed float64) Clock {
	c = c.at(now)
	if speed < 0 {
		c.speed = -min(max(-speed, MinSpeed), MaxSpeed)
	} else {
		c.speed = min(max(speed, MinSpeed), MaxSpeed)
	}
	return c
}

// Seek moves to a position, within the recording.
func (c Clock) Seek(now time.Time, pos time.Duration) Clock {
	c.anchor, c.t0 = min(max(pos, 0), c.idle.Duration()), now
	return c
}

// SetIdle puts another map in place: idle skipping on or off, or more of the
// recording indexed. The position stays.
func (c Clock) SetIdle(now time.Time, m *IdleMap) Clock {
	c = c.at(now)
	c.idle = m
	return c
}

// Idle returns the clock's map.
func (c Clock) Idle() *IdleMap { return c.idle }

// Ended tells whether the clock has come to the end it runs toward.
func (c Clock) Ended(now time.Time) bool {
	if c.speed < 0 {
		return c.Position(now) <= 0
	}
	return c.Position(now) >= c.idle.Duration()
}

// NextWake returns when the clock comes to the position pos, and false when it
// never does: it is paused, or runs the other way. A position that was just passed
// is reached now.
func (c Clock) NextWake(now time.Time, pos time.Duration) (time.Time, bool) {
	if !c.playing {
		return time.Time{}, false
	}
	way := c.idle.Compress(pos) - c.idle.Compress(c.Position(now))
	if way == 0 {
		return now, true
	}
	wait := float64(way) / c.speed
	if wait < 0 {
		return time.Time{}, false
	}
	const never = 365 * 24 * time.Hour
	// One nanosecond more, so that rounding never wakes just before the event.
	return now.Add(time.Duration(min(wait, float64(never))) + 1), true
}
