import { defaultPayloadConverter, JsonPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { decode } from '@temporalio/common/lib/encoding';

/** Stands for what cannot be decoded; no signal takes a text, so whoever checks its input refuses it. */
const undecodable = 'what was sent cannot be decoded';

const json = new JsonPayloadConverter();

/**
 * Signals come from outside, by Temporal's CLI and web UI too, in any encoding. The default converter throws for one that
 * it does not know, and the workflow task would fail again and again: no hold would end any more, no stop be heard.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, ...more) => defaultPayloadConverter.toPayload(value, ...more),
  fromPayload<T>(payload: Payload, ...more: never[]): T {
    try {
      if (isJson(payload)) return json.fromPayload(payload);
      return defaultPayloadConverter.fromPayload(payload, ...more);
    } catch {
      return undecodable as T;
    }
  },
};

/** Also JSON that is said to be a protocol buffer's, as the web UI may send it. */
function isJson({ metadata }: Payload): boolean {
  return (
    metadata?.encoding !== undefined && metadata.encoding !== null && decode(metadata.encoding).startsWith('json/')
  );
}
