// Fills in how many events of each type there are, and again every few seconds while somebody looks.
(() => {
  const everyMilliseconds = 2_000;
  const numbers = new Intl.NumberFormat('en');
  const places = document.querySelectorAll('[data-count-of]');
  const status = document.querySelector('#status');

  function show(counts) {
    for (const place of places) {
      const text = numbers.format(counts[place.dataset.countOf] ?? 0);
      place.classList.toggle('changed', place.textContent !== text && place.textContent !== '…');
      place.textContent = text;
    }
  }

  async function refresh() {
    if (!document.hidden) {
      try {
        const response = await fetch(document.body.dataset.counts);
        if (!response.ok) throw new Error(response.statusText);
        const { at, counts } = await response.json();
        show(counts);
        const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
        status.textContent = `${numbers.format(total)} events at ${new Date(at).toLocaleTimeString()}`;
      } catch {
        status.textContent = 'The counts cannot be had just now; trying again.';
      }
    }
    setTimeout(refresh, everyMilliseconds);
  }

  refresh();
})();
