// The peer of this package's benchmarks: plays a cast in asciinema-player in Chromium
// and tells, as JSON, how long loading and seeking took in milliseconds, painting
// included, and the text of the last frame.
//
//   npm pack asciinema-player@3.17.0 && tar xf asciinema-player-3.17.0.tgz
//   node asciinema-player.mjs package FILE.cast [SEEKS]
import { createServer } from 'node:http';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [folder, cast, seeks = '40'] = process.argv.slice(2);
const page = `<!doctype html><meta charset=utf-8><link rel=stylesheet href=/css>
<div id=p></div><script src=/js></script><script>
const painted = () => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
const time = async f => { const t = performance.now(); await f(); await painted(); return performance.now() - t; };
const lines = () => [...document.querySelectorAll('.ap-line')].map(e => e.textContent);
(async () => {
  const out = {};
  try {
    let player;
    out.load = await time(async () => {
      player = AsciinemaPlayer.create('/cast', document.getElementById('p'), {preload: true, fit: 'width'});
      await player.seek(0);
    });
    out.duration = await player.getDuration();
    let seed = 1;
    const random = () => (seed = seed * 48271 % 2147483647) / 2147483647;
    out.forward = []; out.backward = [];
    for (let i = 0; i < ${Number(seeks)}; i++) {
      let a = random() * out.duration, b = random() * out.duration;
      if (a > b) [a, b] = [b, a];
      await player.seek(a); await painted();
      out.forward.push(await time(() => player.seek(b)));
      out.backward.push(await time(() => player.seek(a)));
    }
    await player.seek(out.duration + 1); await painted(); await painted();
    out.text = lines();
  } catch (e) { out.error = String(e); }
  await fetch('/done', {method: 'POST', body: JSON.stringify(out)});
})();
</script>`;
const profile = mkdtempSync(join(tmpdir(), 'player-'));
let browser;
const server = createServer((req, res) => {
  switch (req.url) {
    case '/': res.setHeader('content-type', 'text/html'); return res.end(page);
    case '/js': return res.end(readFileSync(join(folder, 'dist/bundle/asciinema-player.min.js')));
    case '/css': res.setHeader('content-type', 'text/css'); return res.end(readFileSync(join(folder, 'dist/bundle/asciinema-player.css')));
    case '/cast': return createReadStream(cast).pipe(res);
    case '/done': {
      let body = '';
      req.on('data', d => body += d);
      return req.on('end', () => { res.end(); finish(JSON.parse(body)); });
    }
  }
  res.statusCode = 404; res.end();
});
const finish = out => {
  const part = (a, p) => [...a ?? []].sort((x, y) => x - y)[Math.floor(a.length * p)];
  for (const k of ['forward', 'backward']) out[k] = {p50: part(out[k], 0.5), p95: part(out[k], 0.95)};
  console.log(JSON.stringify(out));
  browser.kill(); server.close();
  browser.on('exit', () => { rmSync(profile, {recursive: true, force: true, maxRetries: 5}); process.exit(0); });
};
server.listen(0, '127.0.0.1', () => {
  browser = spawn('chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--window-size=1600,1000',
    '--user-data-dir=' + profile, `http://127.0.0.1:${server.address().port}/`], {stdio: 'ignore'});
});
setTimeout(() => { console.error('the player did not finish in 4 minutes'); browser.kill(); process.exit(1); }, 240_000).unref();
