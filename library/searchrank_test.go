package library

import (
	"fmt"
	"reflect"
	"testing"
)

func TestSearchByRelevance(t *testing.T) {
	l := someSessions(t)
	importText(t, l, session("another day", day.AddDate(0, 0, -1),
		[3]string{"cat log", "a long line that says a lot and only in passing that there was an error somewhere\nerror", "0"},
		[3]string{"error --explain", "error: exit status 2", "0"}))
	relevant := SearchOptions{Query: "error", Order: ByRelevance}
	got := search(t, l, relevant)
	want := []string{"$ «error» --explain", "«error»", "«error»: exit status 2", "«error»: timed out waiting",
		"a long line that says a lot and only in passing that there was an «error» somewhere"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the best first:\n%q\nwant, and nothing twice:\n%q", got, want)
	}
	// Pages are the same.
	var paged []string
	for o := relevant; ; {
		o.Limit = 2
		before := len(paged)
		for h, err := range l.Search(t.Context(), o) {
			if err != nil {
				t.Fatal(err)
			}
			paged = append(paged, marked(h))
			o.After = h.Cursor()
		}
		if len(paged) == before {
			break
		}
	}
	if !reflect.DeepEqual(paged, got) {
		t.Errorf("in pages: %q", paged)
	}
	var groups []string
	for g, err := range l.SearchGroups(t.Context(), relevant, 0) {
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, fmt.Sprint(g.Recording.Title, " ", len(g.Hits)))
	}
	if want := []string{"another day 3", "Café 1", "deploy the site 1"}; !reflect.DeepEqual(groups, want) {
		t.Errorf("by recording: %q, want %q", groups, want)
	}
}

func TestSearchNames(t *testing.T) {
	l := someSessions(t)
	for q, want := range map[string][]string{
		"deploy": {"«deploy» the site"}, "CAFE": {"«Café»"}, "site deploy": {"«deploy» the «site»"},
		"ploy": {"de«ploy» the site"}, "deploy -site": nil, "cmd:git": nil, "title:deploy": nil, "deploy exit:0": nil,
		"e after:2026-03-15": {"d«e»ploy th«e» sit«e»"},
	} {
		var got []string
		for h, err := range l.SearchNames(t.Context(), SearchOptions{Query: q}) {
			if err != nil || h.Kind != HitRecording {
				t.Fatal(h, err)
			}
			got = append(got, marked(h))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s names %q, want %q", q, got, want)
		}
	}
}

func TestPerRecording(t *testing.T) {
	l := manyLines(t, t.TempDir(), 3, 400)
	got := map[string]int{}
	for h, err := range l.Search(t.Context(), SearchOptions{Query: "common", PerRecording: 3}) {
		if err != nil {
			t.Fatal(err)
		}
		got[h.Recording.Title]++
	}
	if want := map[string]int{"title 0": 3, "title 1": 3, "title 2": 3}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTheTrashIsSearchedOnlyWhenAsked(t *testing.T) {
	l := someSessions(t)
	r := must[[]Recording](t)(l.List(t.Context(), ListOptions{}))[0] // deploy the site
	if err := l.Trash(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	keep := true
	other := must[[]Recording](t)(l.List(t.Context(), ListOptions{}))[0]
	must[Recording](t)(l.Update(t.Context(), other.ID, Patch{Keep: &keep}))
	for q, want := range map[string][]string{
		"error":                   {"«error»: exit status 2"},
		"error is:trash":          {"«error»: timed out waiting"},
		"title:deploy":            {},
		"is:trash":                {"deploy the site"},
		"is:keep":                 {"Café"},
		"-is:keep":                {},
		"is:private":              {"Café"},
		"is:unsynced":             {"Café"},
		"is:public":               {},
		"after:2026":              {"Café"},
		"is:imported":             {"Café"},
		"error is:keep":           {"«error»: exit status 2"},
		"cmd:git is:trash exit:0": {"$ «git» push"},
	} {
		if got := search(t, l, SearchOptions{Query: q}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s finds %q, want %q", q, got, want)
		}
	}
}
