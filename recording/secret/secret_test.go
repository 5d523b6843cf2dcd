package secret

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexec/internal/testreq"
	"rexec/recording/cast"
	"rexec/recording/transcript"
)

// Fake credentials are put together here, so that none stands in this file.
const (
	az62  = "aB3dE5gH7jK9mN1pQ4rS6tU8vW0xY2zA4cD6eF8hJ1kL3nP5qR7sT9uV2wX4yZ6bC8dF0gH3"
	hex64 = "3f9a1c7e5b2d8046fa13c97b5e2d80463f9a1c7e5b2d8046fa13c97b5e2d8046"
	upper = "Q3RT7YUP2WLK5JHG4FDS6AZXCVBNM3QWERTY7UIOP2ASDFGH4JKLZXCVB5NM"
)

func body(n int) string { return az62[:n] }

// key is a private key of lines of 64.
func key(label, eol string, lines int) string {
	s := "-----BEGIN " + label + "PRIVATE" + " KEY-----" + eol
	for i := range lines {
		s += (az62 + az62)[i%8:i%8+64] + eol
	}
	return s + "Qx7==" + eol + "-----END " + label + "PRIVATE" + " KEY-----"
}

// positives are texts with the secret between » and «.
func positives() []struct {
	kind Kind
	text string
} {
	p := func(kind Kind, text string) struct {
		kind Kind
		text string
	} {
		return struct {
			kind Kind
			text string
		}{kind, text}
	}
	jwt := "ey" + "JhbGciOiJIUzI1NiJ9." + "ey" + "JzdWIiOiIxMjM0In0." + body(43)
	return []struct {
		kind Kind
		text string
	}{
		p(awsKey, "aws_access_key_id = »AK"+"IA"+upper[:16]+"«"),
		p(awsKey, `{"AccessKeyId": "»AS`+`IA`+upper[:16]+`«"}`),
		p(Assignment, "aws_secret_access_key = »"+body(38)+"/+«"),
		p(Assignment, `"SecretAccessKey": "»`+body(40)+`«",`),
		p(google, "key=»AI"+"za"+body(35)+"«&x=1"),
		p("google oauth secret", `"client_secret":"»GOC`+`SPX-`+body(28)+`«"`),
		p(Assignment, "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=»"+az62[:60]+az62[:26]+"==«;EndpointSuffix=core"),
		p(azure, "AZURE_X »abc8Q"+"~"+body(32)+"«"),
		p(github, "remote: https://x-access-token:»gh"+"s_"+body(36)+"«@github.com/a/b"),
		p(github, "export GITHUB_TOKEN=»gh"+"p_"+body(36)+"«"),
		p(github, "»gh"+"o_"+body(36)+"«."),
		p(github, `print("\n»gh`+`p_`+body(36)+`«")`),
		p(github, "»github"+"_pat_"+body(22)+"_"+body(59)+"«"),
		p(gitlab, "token »gl"+"pat-"+body(20)+"« ok"),
		p(slack, "»xox"+"b-123456789012-1234567890123-"+body(24)+"«"),
		p("slack webhook", "curl -X POST https://»hooks.slack"+".com/services/T0AB1CD2E/B0FG3HI4J/"+body(24)+"«"),
		p(stripe, "stripe »sk"+"_live_"+body(24)+"«"),
		p(openAI, "OPENAI_API_KEY=»sk"+"-proj-"+body(48)+"«"),
		p(openAI, "»sk"+"-"+body(48)+"«"),
		p(anthropic, "»sk"+"-ant-api03-"+body(40)+"«"),
		p("npm token", "//registry.example.com/:_authToken=»np"+"m_"+body(36)+"«"),
		p("pypi token", "password = »py"+"pi-AgEIcHlwaS5vcmc"+body(60)+"«"),
		p(shopify, "»shp"+"at_"+hex64[:32]+"«"),
		p(digital, "»dop"+"_v1_"+hex64+"«"),
		p("sendgrid key", "»SG"+"."+body(22)+"."+body(43)+"«"),
		p(PrivateKey, "»AGE-"+"SECRET-KEY-1"+upper[:58]+"«"),
		p(JWT, "got »"+jwt+"« back"),
		p(Authorization, "Authorization: Bearer »"+jwt+"«"),
		p(Authorization, "> authorization: Basic »"+body(20)+"==«"),
		p(Authorization, `curl -H "Authorization: token »`+hex64[:40]+`«" https://x`),
		p(Authorization, `{"Authorization": "Bearer »`+body(30)+`«"}`),
		p(Authorization, "sent Bearer »"+body(40)+"«"),
		p(Authorization, "Proxy-Authorization: Basic »dXNlcjpwYXNz«"),
		p(Connection, "postgres://app:»s3cr3t!«@db:5432/app?sslmode=off"),
		p(Connection, "DATABASE_URL=mysql://root:»p@ss:w0rd«@localhost/x"),
		p(Connection, "redis://:»hunter2«@cache:6379"),
		p(Connection, "git clone https://user:»s3same«@git.example.org/x.git"),
		p(Assignment, "PASSWORD=»hunter2«"),
		p(Assignment, "DB_PASSWORD=»correct,horse;battery«"),
		p(Assignment, `export MYSQL_PWD="»let me in 99«"`),
		p(Assignment, "DB_PASS='»open-sesame«'"),
		p(Assignment, "  password: »Tr0ub4dor&3«"),
		p(Assignment, `"password": "»Tr0ub4dor&3«"`),
		p(Assignment, `{\"apiKey\": \"»`+body(24)+`«\"}`),
		p(Assignment, "X-Api-Key: »"+body(32)+"«"),
		p(Assignment, "https://x/y?access_token=»"+body(32)+"«&z=1"),
		p(Assignment, "mysql --password=»hunter2« x"),
		p(Assignment, "config.secret_key = '»"+body(24)+"«'"),
		p(Assignment, "'password' => '»hunter2«'"),
		p(Assignment, "API_TOKEN=»"+hex64[:32]+"«"),
		p(Option, "vault login --token »"+body(24)+"«"),
		p(Option, "curl -su x; curl -u admin:»hunter2« https://x"),
		p(Option, "$ curl --user admin:»hunter2« https://x"),
		p(Option, "mysql -u root -p»hunter2« app"),
		p(Option, "sshpass -p '»open sesame 1«' ssh me@host"),
		p(Option, "docker login -u me -p »hunter2« registry"),
		p(Option, "redis-cli -h cache -a »hunter2« ping"),
		p(Option, "ldapsearch -x -D cn=admin -w »hunter2« -b dc=x"),
		p(Option, "htpasswd -b .htpasswd me »hunter2«"),
		p(Option, "echo »hunter2« | docker login --password-stdin"),
		p(Option, "echo 'root:»hunter2«' | chpasswd"),
		p(Assignment, "openssl enc -pass pass:»winter694« -in x"),
		p(Assignment, "set -gx PGPASSWORD »hunter2«"),
		p(Assignment, "setenv DB_PASSWORD '»hunter2«'"),
		p(Assignment, "machine api.example.org login me password »hunter2«"),
		p(Assignment, "CREATE USER 'app'@'%' IDENTIFIED BY '»hunter2«';"),
		p(Assignment, "ALTER USER app WITH PASSWORD '»hunter2«';"),
		p(Assignment, "  ~ password   = \"old\" -> \"»hunter2«\""),
		p(Assignment, "  + master_password                 = \"»hunter2«\""),
		p(Assignment, "<password>»hunter2«</password>"),
		p(Assignment, `<add key="DB_PASSWORD" value="»hunter2«" />`),
		p(Assignment, `{"name": "DB_PASSWORD", "value": "»hunter2«"}`),
		p(Assignment, "  - name: DB_PASSWORD\n    value: »hunter2«"),
		p(Assignment, `{\"password\":\"»hunter2«\"}`),
		p(Assignment, "&{Host:db Password:»hunter2« Port:5432}"),
		p(Assignment, "Server=db;Uid=sa;Pwd=»hunter2«;"),
		p(Assignment, "x;password:»hunter2«"),
		p(HighEntropy, "AWS Secret Access Key [None]: »"+body(40)+"«"),
		p(Connection, "dsn: app:»hunter2«@tcp(127.0.0.1:3306)/x"),
		p(Connection, "postgres://app:»Sun#13?x«@db:5432/app"),
		p(PrivateKey, "client-key-data: »LS0tLS1CRUdJTiBS"+"U0EgUFJJVkFURSBLRVkt"+body(70)+"«"),
		p(passwordHash, "root:»$6$"+"abcdefgh$"+az62+body(16)+"«:19000:0:99999:7:::"),
		p("openrouter key", "»sk"+"-or-v1-"+hex64+"«"),
		p("terraform token", "»"+body(14)+".atlas"+"v1."+body(66)+"«"),
		p("telegram token", "bot »8154425881:"+"AA"+body(33)+"«"),
		p(openAI, "origin https://»sk"+"-"+body(48)+"«@git.example.org/x"),
		p(HighEntropy, "SIGNING_SALT=»"+body(32)+"«"),
		p(HighEntropy, "cookie: »"+body(32)+"«"),
		p(HighEntropy, "BUILD_SEED=»"+body(44)+"«"),
		p(PrivateKey, "»"+key("RSA ", "\n", 5)+"«\nnext"),
		p(PrivateKey, "$ cat k\n»"+key("OPENSSH ", "\n", 9)+"«"),
		p(PrivateKey, `"private_key": "»`+key("", `\n`, 3)+`«\n", "x": 1`),
		p(PrivateKey, "   1 »"+strings.ReplaceAll(key("EC ", "\n", 2), "\n", "\n   2 ")+"«"),
		p(PrivateKey, "»"+strings.Split(key("RSA ", "\n", 4), "\n")[2]+"\nQx7==\n-----END RSA PRIVATE"+" KEY-----«\n$ "),
		p(PrivateKey, "Private-Lines: 2\n»"+body(64)+"\n"+body(64)+"«\nPrivate-MAC: 1"),
	}
}

func TestFindsSecrets(t *testing.T) {
	for _, c := range positives() {
		text := strings.NewReplacer("»", "", "«", "").Replace(c.text)
		start := strings.Index(c.text, "»")
		end := strings.Index(c.text, "«") - len("»")
		found := Scan(text)
		if len(found) != 1 || found[0] != (Finding{c.kind, start, end}) {
			t.Errorf("%q:\n got %s\nwant [%s %q]", text, describe(text, found), c.kind, text[start:end])
		}
	}
}

func describe(text string, found []Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "[%s %q]", f.Kind, text[f.Start:f.End])
	}
	return b.String()
}

// negatives are lines of ordinary output.
func negatives() []string {
	return []string{
		"commit " + hex64[:40] + " (HEAD -> main, origin/main)", "Author: A U Thor <author@example.com>",
		"index 3f9a1c7..5b2d804 100644", "d41d8cd98f00b204e9800998ecf8427e  empty.txt",
		"sha256:" + hex64, hex64 + "  go1.26.linux-amd64.tar.gz", "Digest: sha256:" + hex64,
		"github.com/spf13/cobra v1.10.2 h1:" + body(43) + "=", "github.com/spf13/cobra v1.10.2/go.mod h1:" + body(43) + "=",
		`"integrity": "sha512-` + az62 + body(14) + `=="`, "integrity sha1-" + body(27) + "=",
		"550e8400-e29b-41d4-a716-446655440000", "request_id=550e8400-e29b-41d4-a716-446655440000", "session_id: 550e8400-e29b-41d4-a716-446655440000",
		"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA" + az62 + "==", az62 + "\n" + az62, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + body(43) + " me@host",
		"-----BEGIN CERTIFICATE-----\n" + az62[:64] + "\n-----END CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----\n" + az62[:64] + "\n-----END PUBLIC KEY-----",
		"PWD=/home/me/work", "OLDPWD=/home/me", "PATH=/usr/local/bin:/usr/bin", "LS_COLORS=rs=0:di=01;34:ln=01;36", "SSH_AUTH_SOCK=/tmp/ssh-XXXXabc123/agent.42",
		"GPG_KEY=" + strings.ToUpper(hex64[:40]), "XDG_SESSION_ID=42", "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus",
		"export TOKEN=$(pass show github)", "PASSWORD=${DB_PASSWORD}", "curl -H \"Authorization: Bearer $TOKEN\" https://x", "Authorization: Bearer <token>",
		"password: ", "Password for me@host: ", "[sudo] password for me: ", "Enter password: ********", "password = getpass.getpass()", "token = parser.next_token()",
		"token := os.Getenv(\"TOKEN\")", "password=os.environ[\"PASSWORD\"]", "if token == nil {", "secret: true", "  --password string   the password to use", "--token TOKEN  your token",
		"password: string;", "type Password = string", "Unexpected token: } at line 3", "max_tokens=4096", "token_type: bearer", "password_file=/run/secrets/pw",
		"Password: must be at least 8 characters", "\"password\": \"Passwort\"", "Error: invalid token: expected ')'", "tokens: 123456", "pass: 12 fail: 3",
		"AKIA" + "IOSFODNN7" + "EXAMPLE", "ghp_" + strings.Repeat("x", 36), "glpat-xxxxxxxxxxxxxxxxxxxx", "sk-loading-indicator-with-a-long-class-name-and-more", "task-runner-with-a-very-long-name-0123456789-abc",
		"http://localhost:8080/path", "https://user@host/x", "docker://alpine:latest", "ssh://git@github.com:22/a/b", "http://[::1]:8080/", "postgres://user:password@localhost/db",
		"postgres://user:$PASS@localhost/db", "12:34:56 INFO key: value", "Cache key: node-cache-Linux-npm-" + hex64, "cache-key: " + hex64, "ETag: \"" + hex64[:32] + "\"",
		"PASSWORD=▒▒▒▒▒▒▒", "ghp_▒▒▒▒▒▒▒▒", "Authorization: Bearer ▒▒▒▒▒▒▒▒▒▒", "api_key: YOUR_API_KEY", "API_KEY=your-api-key-here", "SECRET_KEY=changeme",
		"eyJ is how tokens begin", "the eyJhbGciOiJIUzI1NiJ9 header", "npm_config_registry=https://registry.example.com/", "hf_hub_download", "SKIPPED", "sk_buff_head_init_and_more_of_it",
		"drwxr-xr-x 2 me me 4096 Jan  1 12:00 secrets", "secret/data/app created", "kubectl create secret generic x", "Secret: my-app-tls", "    secretName: my-app-tls-2024", "Keyring: default",
		"warning: 'token' is deprecated", "func (t *Token) Key() string", "--- PASS: TestPassword (0.00s)", "credentials: same-origin", "credentials: 'include'", "auth: required", "pubkey256 = '" + body(43) + "='", "ConnectionToken = \"X-Fake-Connection-Token-1\"", "author: somebody1",
		"--- PASS: TestHash256AndMore", "set PSK identity hint", "set token to 12ab34cd", "mkdir -p build2/out", "ssh -p 2222 me@host", "cp -a src2 dst2", "curl -o x https://y", "NL80211_ATTR_SAE_PASSWORD               = 0x115",
		"config.PrivateKey = testEd25519PrivateKey", "b.Run(\"Key=smallType/Elem=int32\", f)", "password=password,", "<token>", "List<Token> x", "if token->next", "echo hello1 | cat", `{"Key": "Name", "Value": "web-12ab"}`,
		"out(0, \"Password: \").out(time.Second, \"x1\")", "docker pull token:v1.2.3", "at 12:34:56 pass:12",
	}
}

func TestOrdinaryOutputIsNoSecret(t *testing.T) {
	known := "new URL('https://abc:xyz9@example.com')" // by what stands behind it
	for _, text := range append(negatives(), known) {
		if found := Scan(text); len(found) > 0 {
			t.Errorf("%q: false alarm %s", text, describe(text, found))
		}
	}
}

// The real recordings of the corpus hold no credentials.
func TestCorpusHasNoFalseAlarms(t *testing.T) {
	for name, text := range corpusTexts(t) {
		for _, f := range Scan(text) {
			t.Errorf("%s: false alarm: %s", name, describe(text, []Finding{f}))
		}
	}
}

// corpusTexts returns the transcript of each cast of the corpus.
func corpusTexts(t testing.TB) map[string]string {
	dir := testreq.Corpus(t, "casts")
	names, err := filepath.Glob(filepath.Join(dir, "*.cast"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no casts in %s (%v)", dir, err)
	}
	texts := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := cast.NewReader(bytes.NewReader(data), cast.Lenient)
		if err != nil {
			continue
		}
		tr, err := transcript.Read(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, l := range tr.Lines {
			b.WriteString(l.Text + "\n")
		}
		texts[filepath.Base(name)] = b.String()
	}
	return texts
}

// Whatever the text, findings are in order, within it, and not empty; and what is
// masked is no finding any more.
func FuzzScan(f *testing.F) {
	for _, c := range positives() {
		f.Add(strings.NewReplacer("»", "", "«", "").Replace(c.text))
	}
	for _, text := range negatives() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, x := range Scan(text) {
			if x.Start < at || x.End <= x.Start || x.End > len(text) || x.Kind == "" {
				t.Fatalf("%q: finding %+v behind %d", text, x, at)
			}
			at = x.End
		}
	})
}

// BenchmarkScan reads transcript text: that of the corpus, and a log with the
// anchors of assignments in every line.
func BenchmarkScan(b *testing.B) {
	var all strings.Builder
	for _, text := range corpusTexts(b) {
		all.WriteString(text)
	}
	line := "2026-01-02T15:04:05Z level=info msg=\"request done\" method=GET path=/api/v1/items status=200 id=550e8400-e29b-41d4-a716-446655440000 key: value\n"
	for name, text := range map[string]string{
		"corpus": strings.Repeat(all.String(), 1+(4<<20)/all.Len()), "log": strings.Repeat(line, (4<<20)/len(line)),
		"prose": strings.Repeat("The quick brown fox jumps over the lazy dog; pack my box with five dozen liquor jugs.\n", 40000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			data := []byte(text)
			for b.Loop() {
				Append(nil, data)
			}
		})
	}
}
