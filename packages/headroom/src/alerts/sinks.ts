import type { Alert, AlertSink, Log } from '../contracts.ts';

/** Writes alerts as log lines: warnings as such, what is worse as errors, ends as information. */
export function logSink(log: Log): AlertSink {
  return {
    name: 'log',
    async send({ key, severity, state, message, readings }) {
      const write = state === 'resolved' ? log.info : severity === 'warning' ? log.warn : log.error;
      write.call(log, { alert: key, severity, state, readings }, message);
    },
  };
}

export interface WebhookOptions {
  /** An http or https address. It is a secret: neither logged nor part of an error. */
  readonly url: string;
  /** Sent along, to say who it is. */
  readonly service?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
}

/** Posts each alert as JSON, `{service?, key, severity, state, message, atMs, readings}`. Any answer but 2xx is a failure. */
export function webhookSink(options: WebhookOptions): AlertSink {
  const post = createPost('webhook', options);
  return { name: 'webhook', send: (alert, signal) => post({ ...serviceOf(options), ...alert }, signal) };
}

/** Posts each alert to one of Slack's incoming webhooks, as text. */
export function slackSink(options: WebhookOptions): AlertSink {
  const post = createPost('slack', options);
  return { name: 'slack', send: (alert, signal) => post({ text: slackText(alert, options.service) }, signal) };
}

const serviceOf = ({ service }: WebhookOptions) => (service === undefined ? {} : { service });

function slackText({ severity, state, message, readings }: Alert, service: string | undefined): string {
  const sign = state === 'resolved' ? ':white_check_mark:' : severity === 'warning' ? ':warning:' : ':rotating_light:';
  const title = [service, state === 'resolved' ? 'over' : severity].filter((word) => word !== undefined).join(' · ');
  const figures = Object.entries(readings).flatMap(([name, value]) =>
    typeof value === 'number' || typeof value === 'string' ? [`${name}: ${value}`] : [],
  );
  return [`${sign} *${escaped(title)}*`, escaped(message), ...figures.map(escaped)].join('\n');
}

/** Slack reads these three as its own. */
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function createPost(name: string, { url, headers, fetch: request = fetch }: WebhookOptions) {
  // URL's own error holds the address.
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new TypeError(`The ${name}'s address is none of http or https`);
  }
  return async (body: object, signal: AbortSignal) => {
    const response = await request(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // What follows a redirection would carry the readings elsewhere.
      redirect: 'error',
      signal,
    }).catch((error: unknown) => {
      throw new Error(`no answer (${reasonOf(error)})`);
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`answered ${response.status}`);
  };
}

function reasonOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: unknown }; name?: unknown };
  return typeof cause?.code === 'string' ? cause.code : String(name);
}
