package linediff

// Hunk is a part of a unified diff: changed lines, with some same ones around them. From
// are the line numbers of its first lines, from 1; when it has no lines of a text, that
// of the line before.
type Hunk struct {
	FromA, LinesA int
	FromB, LinesB int
	Lines         []Line
}

// Hunks cuts lines into hunks that keep at most so many same lines on each side.
func Hunks(lines []Line, around int) []Hunk {
	var out []Hunk
	a, b := 1, 1 // numbers of the next lines
	last := -1   // of the hunk that is open: the last changed line
	start := 0
	var h Hunk
	closeHunk := func(end int) {
		h.Lines = lines[start:end]
		for _, l := range h.Lines {
			if l.Op != Added {
				h.LinesA++
			}
			if l.Op != Deleted {
				h.LinesB++
			}
		}
		if h.LinesA == 0 {
			h.FromA--
		}
		if h.LinesB == 0 {
			h.FromB--
		}
		out = append(out, h)
	}
	for i, l := range lines {
		if l.Op != Same {
			if last < 0 || i-last > 2*around+1 {
				if last >= 0 {
					closeHunk(min(last+1+around, len(lines)))
				}
				start = max(0, i-around)
				h = Hunk{FromA: a - (i - start), FromB: b - (i - start)}
			}
			last = i
		}
		if l.Op != Added {
			a++
		}
		if l.Op != Deleted {
			b++
		}
	}
	if last >= 0 {
		closeHunk(min(last+1+around, len(lines)))
	}
	return out
}
