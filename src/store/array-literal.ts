const plain = /^[\w-]+$/;
const special = /["\\]/g;

function element(text: string): string {
  return plain.test(text) && text.toLowerCase() !== 'null' ? text : `"${text.replace(special, '\\$&')}"`;
}

/** An array of text as Postgres reads it; cheaper than to let the driver look at each element's type. */
export function textArray(values: readonly string[]): string {
  return `{${values.map(element).join(',')}}`;
}

/** An array of numbers. */
export function plainArray(values: readonly number[]): string {
  return `{${values.join(',')}}`;
}
