// Feeds the throughput corpora to @xterm/headless at 120×40, as BenchmarkWrite
// feeds them to this emulator, and prints megabytes a second.
//
//	npm install --prefix /tmp/peer @xterm/headless@6.0.0
//	node vt/bench/xterm-headless.mjs /tmp/peer FOLDER
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [peer, folder] = process.argv.slice(2);
const require = createRequire(join(resolve(peer), 'package.json'));
const { Terminal } = require('@xterm/headless');

const chunk = 32 << 10;
const seconds = 3;

for (const name of ['plain', 'colour', 'fullscreen', 'unicode']) {
  const data = readFileSync(join(folder, `${name}.bin`));
  const terminal = new Terminal({ cols: 120, rows: 40, scrollback: 1000, allowProposedApi: true });
  const feed = () => new Promise((done) => {
    for (let i = 0; i < data.length; i += chunk) {
      terminal.write(data.subarray(i, i + chunk));
    }
    terminal.write('', done);
  });
  await feed(); // warm up
  const start = performance.now();
  let bytes = 0;
  do {
    await feed();
    bytes += data.length;
  } while (performance.now() - start < seconds * 1000);
  const rate = bytes / 1e6 / ((performance.now() - start) / 1000);
  console.log(`${name} ${rate.toFixed(1)} MB/s`);
}
