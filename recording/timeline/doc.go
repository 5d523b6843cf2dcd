// Package timeline makes a recording something that has a screen at every
// position: open it, ask for the screen at a time, step from frame to frame, find
// text in all of it. It reads casts and knows no display, no files' names in a
// library, and no wall clock: Clock is a formula that is told the time.
//
// The cast is read once, in the background, into blocks of some 192 KB. Of each
// block its place in the source and its first time are kept, and before it a
// keyframe: a snapshot of the terminal. A screen is the nearest keyframe before
// it, and the events since.
//
//	cast     |--block 0--|--block 1--|--block 2--|--block 3--| …
//	keyframe k           k           (thinned)   k
//	                                       ^ At: restore k1, feed block 1 and half of 2
//
// Keyframes share rows and are bounded: when they weigh more than the bound, every
// other one goes. Events are decoded again from the source when they are needed
// and kept in a bounded cache; a small cast stays there whole.
//
// Of a big cast all of this can stay on disk (Cache), with every keyframe, from where
// they are read when they are needed; then any position is there at once the next
// time. It is made in the same pass, or by an Indexer that reads along with somebody
// else. Going backward, pictures are taken at short distances of the stretch between
// two keyframes, so that each frame costs little more than forward. A search looks
// at pieces of the cast on all cores, each from a keyframe on.
//
// The invariant: At(pos) is, cell by cell, what a fresh terminal shows after all
// events whose time is at most pos, whatever was asked before.
package timeline
