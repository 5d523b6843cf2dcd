package secret

import "bytes"

// token is the shape of one service's credentials: a prefix, and a body.
type token struct {
	prefix string
	kind   Kind
	body   *class
	min    int // bytes behind the prefix
	max    int // 0: no bound
	flags  tokenFlags
}

type tokenFlags uint8

const (
	// anywhere: the prefix is so rare that it needs no word boundary before it.
	anywhere tokenFlags = 1 << iota
	// mixed: the body must have digits and letters, both cases of them.
	mixed
	// digits: the body must have a digit.
	digits
	// weak: the prefix alone says too little to mask what follows it in a stream.
	weak
)

// The kinds of tokens that have more than one prefix.
const (
	awsKey     Kind = "aws access key"
	github     Kind = "github token"
	gitlab     Kind = "gitlab token"
	slack      Kind = "slack token"
	stripe     Kind = "stripe key"
	google     Kind = "google api key"
	openAI     Kind = "openai key"
	anthropic  Kind = "anthropic key"
	shopify    Kind = "shopify token"
	digital    Kind = "digitalocean token"
	vault      Kind = "vault token"
	grafana    Kind = "grafana token"
	square     Kind = "square token"
	azure      Kind = "azure key"
	newRelic   Kind = "new relic key"
	buildToken Kind = "ci token"

	flyToken     Kind = "fly token"
	artifactory  Kind = "artifactory key"
	passwordHash Kind = "password hash"
)

var cryptBody = alnum.and("./$")

// tokens is every credential that its own prefix gives away. The shapes are the
// services' documented ones; where a service promises none, the shortest seen.
var tokens = []token{
	{"AKIA", awsKey, upperNum, 16, 16, 0},
	{"ASIA", awsKey, upperNum, 16, 16, 0},
	{"ABIA", awsKey, upperNum, 16, 16, 0},
	{"ABSK", "aws bedrock key", base64, 100, 0, mixed},
	{"bedrock-api-key-", "aws bedrock key", base64, 40, 0, 0},
	{"ACCA", awsKey, upperNum, 16, 16, 0},
	{"AIza", google, wordDash, 35, 35, 0},
	{"GOCSPX-", "google oauth secret", wordDash, 24, 0, anywhere},
	{"ya29.", "google oauth token", wordDash.and("."), 20, 0, 0},
	{"1//0", "google oauth token", wordDash, 60, 0, weak | mixed},
	{"Q~", azure, wordDash.and(".~"), 31, 34, weak | mixed | anywhere},

	{"ghp_", github, alnum, 36, 0, anywhere},
	{"gho_", github, alnum, 36, 0, anywhere},
	{"ghu_", github, alnum, 36, 0, anywhere},
	{"ghs_", github, alnum, 36, 0, anywhere},
	{"ghr_", github, alnum, 36, 0, anywhere},
	{"github_pat_", github, word, 36, 0, anywhere},
	{"glpat-", gitlab, wordDash.and("."), 20, 0, 0},
	{"gldt-", gitlab, wordDash, 20, 0, 0},
	{"glrt-", gitlab, wordDash.and("."), 20, 0, 0},
	{"glptt-", gitlab, wordDash, 40, 0, 0},
	{"glcbt-", gitlab, wordDash, 20, 0, 0},
	{"glsoat-", gitlab, wordDash, 20, 0, 0},
	{"glagent-", gitlab, wordDash, 40, 0, 0},
	{"gloas-", gitlab, wordDash, 40, 0, 0},
	{"glft-", gitlab, wordDash, 20, 0, 0},
	{"glimt-", gitlab, wordDash, 20, 0, 0},
	{"glffct-", gitlab, wordDash, 20, 0, 0},
	{"GR1348941", gitlab, wordDash, 20, 0, 0},

	{"xoxb-", slack, wordDash, 20, 0, 0},
	{"xoxp-", slack, wordDash, 20, 0, 0},
	{"xoxa-", slack, wordDash, 20, 0, 0},
	{"xoxr-", slack, wordDash, 20, 0, 0},
	{"xoxs-", slack, wordDash, 20, 0, 0},
	{"xoxo-", slack, wordDash, 20, 0, 0},
	{"xoxc-", slack, wordDash, 20, 0, 0},
	{"xoxd-", slack, wordDash.and("%"), 20, 0, 0},
	{"xoxe-", slack, wordDash, 20, 0, 0},
	{"xoxe.", slack, wordDash.and("."), 20, 0, digits},
	{"xapp-", slack, wordDash, 20, 0, digits},
	{"hooks.slack.com/services/", "slack webhook", word.and("/"), 30, 0, anywhere},
	{"hooks.slack.com/workflows/", "slack webhook", word.and("/"), 30, 0, anywhere},
	{"hooks.slack.com/triggers/", "slack webhook", word.and("/"), 30, 0, anywhere},
	{"discord.com/api/webhooks/", "discord webhook", wordDash.and("/"), 70, 0, anywhere},
	{"discordapp.com/api/webhooks/", "discord webhook", wordDash.and("/"), 70, 0, anywhere},
	{".webhook.office.com/webhookb2/", "teams webhook", alnum.and("/@-"), 60, 0, anywhere},

	{"sk_live_", stripe, alnum, 16, 0, 0},
	{"rk_live_", stripe, alnum, 16, 0, 0},
	{"sk_test_", stripe, alnum, 16, 0, 0},
	{"rk_test_", stripe, alnum, 16, 0, 0},
	{"sk_prod_", stripe, alnum, 16, 0, 0},
	{"rk_prod_", stripe, alnum, 16, 0, 0},
	{"whsec_", stripe, base64, 24, 0, 0},

	{"sk-ant-", anthropic, wordDash, 20, 0, 0},
	{"sk-proj-", openAI, wordDash, 20, 0, 0},
	{"sk-svcacct-", openAI, wordDash, 20, 0, 0},
	{"sk-admin-", openAI, wordDash, 20, 0, digits},
	{"sk-or-v1-", "openrouter key", hex, 64, 64, 0},
	{"sk-", openAI, wordDash, 32, 0, weak | mixed},
	{"gsk_", "groq key", alnum, 40, 0, mixed},
	{"xai-", "xai key", alnum, 60, 0, mixed},
	{"pplx-", "perplexity key", alnum, 40, 0, 0},
	{"hf_", "hugging face token", alnum, 30, 0, weak},
	{"r8_", "replicate token", alnum, 37, 0, weak},

	{"npm_", "npm token", alnum, 36, 0, 0},
	{"pypi-AgE", "pypi token", wordDash, 50, 0, anywhere},
	{"rubygems_", "rubygems key", hex, 48, 0, 0},
	{"dckr_pat_", "docker token", wordDash, 20, 0, anywhere},
	{"dckr_oat_", "docker token", wordDash, 20, 0, anywhere},

	{"dop_v1_", digital, hex, 64, 64, 0},
	{"doo_v1_", digital, hex, 64, 64, 0},
	{"dor_v1_", digital, hex, 64, 64, 0},
	{"shpat_", shopify, hex, 32, 0, 0},
	{"shpss_", shopify, hex, 32, 0, 0},
	{"shpca_", shopify, hex, 32, 0, 0},
	{"shppa_", shopify, hex, 32, 0, 0},
	{"hvs.", vault, wordDash, 24, 0, 0},
	{"hvb.", vault, wordDash, 60, 0, 0},
	{"s.", vault, alnum, 24, 24, weak | mixed},
	{"dp.pt.", "doppler token", alnum, 40, 0, 0},
	{"dp.st.", "doppler token", wordDash.and("."), 40, 0, 0},
	{"SG.", "sendgrid key", wordDash.and("."), 60, 0, 0},
	{"SK", "twilio key", hex, 32, 32, weak},
	{"glc_", grafana, base64, 32, 0, 0},
	{"glsa_", grafana, word, 40, 0, 0},
	{"NRAK-", newRelic, upperNum, 27, 27, 0},
	{"PMAK-", "postman key", classOf("0-9a-f-"), 50, 0, 0},
	{"lin_api_", "linear key", alnum, 40, 0, 0},
	{"dapi", "databricks token", hex, 32, 0, weak},
	{"sbp_", "supabase key", hex, 40, 0, 0},
	{"figd_", "figma token", wordDash, 40, 0, 0},
	{"ntn_", "notion token", alnum, 43, 0, 0},
	{"sq0atp-", square, wordDash, 22, 0, 0},
	{"sq0csp-", square, wordDash, 43, 0, 0},
	{"tskey-", "tailscale key", wordDash, 20, 0, 0},
	{"sntrys_", "sentry token", base64.and("_"), 60, 0, 0},
	{"sntryu_", "sentry token", hex, 60, 0, 0},
	{"ATATT3", "atlassian token", wordDash.and("="), 60, 0, 0},
	{"HRKU-", "heroku key", wordDash, 36, 0, 0},
	{"nfp_", "netlify token", alnum, 36, 0, 0},
	{"pscale_tkn_", "planetscale token", wordDash.and("."), 32, 0, 0},
	{"pscale_pw_", "planetscale token", wordDash.and("."), 32, 0, 0},
	{"pscale_oauth_", "planetscale token", wordDash.and("."), 32, 0, 0},
	{"CCIPAT_", buildToken, word, 40, 0, 0},
	{"bkua_", buildToken, hex, 40, 0, 0},
	{"EAACEdEose0cBA", "facebook token", alnum, 10, 0, 0},
	{"EAAM", "facebook token", alnum, 100, 0, mixed},
	{"EAAC", "facebook token", alnum, 100, 0, mixed},
	{"EAAA", square, wordDash, 56, 0, mixed},
	{"ops_eyJ", "1password token", base64, 100, 0, 0},
	{"A3-", "1password key", upperNum.and("-"), 36, 37, weak | digits},
	{"pul-", "pulumi token", hex, 40, 40, weak},
	{"fo1_", flyToken, wordDash, 43, 43, 0},
	{"fm1a_", flyToken, base64, 100, 0, 0},
	{"fm1r_", flyToken, base64, 100, 0, 0},
	{"fm2_", flyToken, base64, 100, 0, 0},
	{"dt0c01.", "dynatrace token", upperNum.and("."), 80, 0, 0},
	{"LTAI", "alibaba key", alnum, 16, 24, weak | mixed},
	{"AKCp", artifactory, alnum, 60, 0, mixed},
	{"cmVmd", artifactory, alnum, 59, 59, weak | mixed},
	{"v1.0-", "cloudflare key", hex.and("-"), 171, 171, weak},
	{"pat", "airtable token", alnum.and("."), 79, 79, weak | digits},
	{"pat.", "harness token", wordDash.and("."), 68, 68, weak | mixed},
	{"sat.", "harness token", wordDash.and("."), 68, 68, weak | mixed},
	{"EZAK", "easypost key", alnum, 54, 54, 0},
	{"EZTK", "easypost key", alnum, 54, 54, 0},
	{"duffel_live_", "duffel token", wordDash, 43, 0, 0},
	{"duffel_test_", "duffel token", wordDash, 43, 0, 0},
	{"xkeysib-", "brevo key", alnum.and("-"), 70, 0, 0},
	{"shippo_live_", "shippo token", hex, 40, 40, 0},
	{"shippo_test_", "shippo token", hex, 40, 40, 0},
	{"pnu_", "prefect key", alnum, 36, 36, 0},
	{"rdme_", "readme key", alnum, 70, 70, 0},
	{"sgp_", "sourcegraph token", hex.and("_"), 40, 0, 0},
	{"CLOJARS_", "clojars token", alnum, 60, 60, 0},
	{"API-", "octopus key", upperNum, 26, 26, weak | digits},
	{"p8e-", "adobe secret", alnum, 32, 32, 0},
	{"ico-", "infracost key", alnum, 32, 32, weak | mixed},
	{"cio", "cargo token", alnum, 32, 32, weak | mixed},
	{"sha256~", "openshift token", wordDash, 43, 43, weak},

	// Keys in PEM that are in base64 once more, as kubectl config view --raw shows them.
	{"LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt", PrivateKey, base64, 60, 0, anywhere},
	{"LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0t", PrivateKey, base64, 60, 0, anywhere},
	{"LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0t", PrivateKey, base64, 60, 0, anywhere},
	{"LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUg", PrivateKey, base64, 60, 0, anywhere},
	{"LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURSBL", PrivateKey, base64, 60, 0, anywhere},

	// What crypt(3) makes of passwords, as in /etc/shadow and .htpasswd.
	{"$5$", passwordHash, cryptBody, 40, 0, anywhere | weak},
	{"$6$", passwordHash, cryptBody, 80, 0, anywhere | weak},
	{"$y$", passwordHash, cryptBody, 40, 0, anywhere | weak},
	{"$2a$", passwordHash, cryptBody, 50, 0, anywhere | weak},
	{"$2b$", passwordHash, cryptBody, 50, 0, anywhere | weak},
	{"$2y$", passwordHash, cryptBody, 50, 0, anywhere | weak},
	{"$apr1$", passwordHash, cryptBody, 28, 0, anywhere | weak},
	{"$argon2", passwordHash, cryptBody.and(",=+-"), 50, 0, anywhere | weak},
	{"AGE-SECRET-KEY-1", PrivateKey, upperNum, 58, 58, 0},
}

// check is a detector for the token.
func (t *token) check(s *source, at int) verdict {
	b := s.b
	behind := b[at:]
	if len(behind) < len(t.prefix) {
		inWord := at > 0 && word[b[at-1]] && !escaped(b, at) // hold up no word for what is rare in one
		if s.final || inWord || !bytes.HasPrefix([]byte(t.prefix), behind) || !t.boundary(b, at) {
			return verdict{}
		}
		return verdict{state: maybe, kind: t.kind, start: at, end: len(b), body: t.body}
	}
	if string(behind[:len(t.prefix)]) != t.prefix || !t.boundary(b, at) {
		return verdict{}
	}
	from := at + len(t.prefix)
	limit := len(b)
	if t.max > 0 {
		limit = min(limit, from+t.max)
	}
	end := t.body.run(b[:limit], from)
	v := verdict{kind: t.kind, start: at, end: end, body: t.body, mask: from, eager: t.flags&weak == 0}
	more := end == len(b) && !s.final
	switch {
	case end-from < t.min:
		if more {
			v.state = maybe
		}
		return v
	case t.max > 0 && end < len(b) && word[b[end]]:
		return verdict{} // longer than any
	}
	end = t.trim(b, from, end)
	if end-from < t.min || !t.plausible(b[from:end]) {
		return verdict{}
	}
	if t.prefix == "Q~" {
		v.start = max(0, at-4)
	}
	v.end = end
	if v.state = found; more && t.max == 0 {
		v.state, v.end = open, len(b)
	}
	return v
}

// trim takes punctuation off a body's end that ends a sentence rather, unless the body
// is too short without it.
func (t *token) trim(b []byte, from, end int) int {
	for end > from+t.min && (b[end-1] == '.' || b[end-1] == '-' || b[end-1] == '~') {
		end--
	}
	return end
}

// boundary tells whether a token can begin at a place.
func (t *token) boundary(b []byte, at int) bool {
	if t.prefix == "Q~" { // three characters and a digit stand before it
		return at >= 4 && b[at-1] >= '0' && b[at-1] <= '9' && urlSafe.run(b[:at], at-4) == at
	}
	if t.flags&anywhere != 0 || at == 0 {
		return true
	}
	p := b[at-1]
	if p == '-' {
		return t.prefix[:2] != "sk"
	}
	if p == '.' || p == '/' {
		return t.flags&weak == 0 || at > 2 && string(b[at-3:at]) == "://"
	}
	return !word[p] || escaped(b, at)
}

// escaped tells whether the letter before a place belongs to an escape: \n of a
// string, or %3D of a URL.
func escaped(b []byte, at int) bool {
	if at >= 2 && b[at-2] == '\\' {
		return true
	}
	return at >= 3 && b[at-3] == '%' && isHex(b[at-2]) && isHex(b[at-1])
}

func isHex(b byte) bool { return hex[b] || b >= 'A' && b <= 'F' }

// plausible tells bodies from placeholders.
func (t *token) plausible(body []byte) bool {
	c := countOf(body)
	switch {
	case placeholder(body), len(body) >= 20 && c.distinct < 7:
		return false
	case t.flags&mixed != 0:
		return c.digit > 0 && c.upper > 0 && c.lower > 0 && !wordy(body)
	case t.flags&digits != 0:
		return c.digit > 0
	}
	return c.digit > 0 || c.upper > 0 && c.lower > 0 || c.distinct > 7
}

// counts is what a text is made of.
type counts struct{ digit, upper, lower, other, distinct int }

func countOf(b []byte) (c counts) {
	var seen [4]uint64
	for _, x := range b {
		switch {
		case x >= '0' && x <= '9':
			c.digit++
		case x >= 'A' && x <= 'Z':
			c.upper++
		case x >= 'a' && x <= 'z':
			c.lower++
		default:
			c.other++
		}
		if bit := uint64(1) << (x & 63); seen[x>>6]&bit == 0 {
			seen[x>>6] |= bit
			c.distinct++
		}
	}
	return c
}
