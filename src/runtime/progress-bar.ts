const width = 30;
const everyMilliseconds = 100;
/** Where nobody looks at a terminal, a line now and then. */
const lineEveryMilliseconds = 5_000;

export interface ProgressBar {
  show(done: number, of: number): void;
  end(): void;
}

/** How a long piece of work goes on, on stderr: a bar at a terminal, else a line every few seconds. */
export function progressBar(label: string, out: NodeJS.WriteStream = process.stderr): ProgressBar {
  const began = performance.now();
  let last = began - everyMilliseconds;
  let shown = false;
  const clear = () => out.write('\r\u001b[2K');
  return {
    show(done, of) {
      const now = performance.now();
      if (now - last < (out.isTTY ? everyMilliseconds : lineEveryMilliseconds)) return;
      last = now;
      const share = of === 0 ? 1 : Math.min(1, done / of);
      const rate = Math.round((done / (now - began)) * 1000).toLocaleString('en');
      const words = `${label} ${Math.floor(share * 100)} %, ${rate} events/s`;
      const filled = Math.round(share * width);
      if (out.isTTY) {
        clear();
        out.write(`[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${words}`);
        shown = true;
      } else out.write(`${words}\n`);
    },
    end() {
      if (shown) clear();
      shown = false;
    },
  };
}
