// Package player is the playback page: a recording on the screen, and a bar to
// move about in it.
//
// The recording's timeline does the work, in commands; the page holds what they
// brought: the frame that is shown, the facts about the recording as far as it is
// indexed, and the hits of a search. Where playback stands is not kept but
// computed, by timeline.Clock from Env.Now.
//
//	key, mouse ─► clock moves ─► seek (command, generation) ─► frame ─► draw
//	                 ▲                                          │
//	                 └── tick, at the next event or frame ◄─────┘   only while playing
//
// Beside it the recording is read as text, by package transcript, for its commands
// and lines: at once when it is small, else when they are asked for. They are ticks
// on the bar, chapters to go to, and the rows of a panel. What is found comes in
// while it is still being read.
//
// Rules:
//
//   - One seek counts at a time. A newer one cancels it, and what still arrives
//     from it is dropped by its generation.
//   - A paused player waits for nothing: no timer runs.
//   - What is played moves nothing outside its rectangle. Its terminal has no
//     replies and no events; its title is not the window's.
//
// A recording smaller than the window stands in the middle of it in a thin frame.
// Of a larger one a part is shown that follows the cursor; the wheel moves it, with
// shift sideways, and ctrl with the arrows, until the next seek. The bar then says
// so. A panel takes columns from the window where enough are left, else all of it.
package player
