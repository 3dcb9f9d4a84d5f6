/**
 * A mail taken apart: what its sender's program wrote into the header, and its text, as words and pairs of neighbours.
 * Left out is what the way and the collecting wrote: servers passed, dates, identifiers. They would tell how this corpus was made.
 */

/** What the sender's program says of the mail, lower case. */
const FIELDS = [
  'from',
  'to',
  'cc',
  'reply-to',
  'sender',
  'organization',
  'content-type',
  'content-transfer-encoding',
  'x-mailer',
  'user-agent',
  'x-priority',
  'x-msmail-priority',
  'precedence',
  'errors-to',
] as const;

/** Fields of which only counts whether they are there. */
const PRESENT = ['mime-version', 'in-reply-to'] as const;

export interface MailParts {
  /** Marked by their field: 's:free money', 'from:yahoo', 'has:reply-to'. */
  readonly header: readonly string[];
  readonly body: readonly string[];
}

/** @example partsOf('Subject: Hi you\n\nWell met').body // ['well', 'met', 'well met'] */
export function partsOf(text: string): MailParts {
  const { fields, body } = split(text);
  const header = withPairs(words(fields.get('subject') ?? '')).map((word) => `s:${word}`);
  for (const field of [...FIELDS, ...PRESENT]) if (fields.has(field)) header.push(`has:${field}`);
  for (const field of FIELDS)
    header.push(...withPairs(words(fields.get(field) ?? '')).map((word) => `${field}:${word}`));
  return { header, body: withPairs(words(body)) };
}

/** The words of subject and body. */
export function wordsOf(text: string): string[] {
  const { fields, body } = split(text);
  return [...words(fields.get('subject') ?? ''), ...words(body)];
}

/** The header ends with the first empty line; a field that goes on on the next line begins that with a blank. */
function split(text: string): { fields: ReadonlyMap<string, string>; body: string } {
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const fields = new Map<string, string>();
  for (const line of text
    .slice(0, end)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)) {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) fields.set(name.toLowerCase(), `${fields.get(name.toLowerCase()) ?? ''} ${value!}`);
  }
  return { fields, body: text.slice(end) };
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9'$!]+/g) ?? [];
}

function withPairs(single: readonly string[]): string[] {
  return [...single, ...single.slice(1).map((word, i) => `${single[i]!} ${word}`)];
}
