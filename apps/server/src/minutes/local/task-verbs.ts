/** Verbs of work that is done after the meeting and leaves something behind. */
const strong =
  listed(`send, email, e-mail, mail, write, prepare, draft, review, check, double-check, look into, look up,
  talk to, speak to, speak with, talk with, phone, contact, get in touch, reach out, schedule, set up, arrange, organise,
  organize, book, reserve, update, upload, fix, finish, complete, finalise, finalize, circulate, distribute, forward,
  investigate, find out, follow up, get back to, put together, work on, work out, create, submit, order,
  buy, purchase, test, collect, gather, provide, take care of, handle, report back, report, document, deliver, design,
  implement, build, develop, invite, compile, research, write up, type up, sign, print, post, publish, install, rerun, re-run,
  analyse, analyze, evaluate, estimate, calculate, compare, copy, record, transcribe, train, define, specify,
  negotiate, hire, pay, register, apply, notify, clean up, tidy up, summarise, summarize, think about`);

/** Verbs that people also use for what they do at once, or for no task at all: they need another sign of one. */
const weak =
  listed(`do, make, get, show, present, set, start, continue, run, look at, read, give, change, move, add, ask, meet,
  discuss, decide, plan, try out, let, call, figure out, make sure, ensure, come up with, come back, bring, put up, put, remind, confirm, share, inform, announce`);

/** "You'll be working on" gives the task to work on. */
const gerunds: ReadonlyMap<string, string> = new Map(
  Object.entries({
    arranging: 'arrange',
    asking: 'ask',
    building: 'build',
    calling: 'call',
    checking: 'check',
    collecting: 'collect',
    contacting: 'contact',
    designing: 'design',
    developing: 'develop',
    doing: 'do',
    drafting: 'draft',
    finishing: 'finish',
    following: 'follow',
    looking: 'look',
    making: 'make',
    organising: 'organise',
    organizing: 'organize',
    preparing: 'prepare',
    presenting: 'present',
    putting: 'put',
    reviewing: 'review',
    sending: 'send',
    setting: 'set',
    taking: 'take',
    talking: 'talk',
    testing: 'test',
    thinking: 'think',
    updating: 'update',
    working: 'work',
    writing: 'write',
  }),
);

const maxVerbWords = 3;

/** What the words say is to be done, in the imperative, where they begin with a verb of work; null where they do not. */
export function taskIn(words: string): { text: string; isWeak: boolean } | null {
  const [, being, first, rest] = /^(be )?([a-z-]+)(.*)$/is.exec(words) ?? [];
  if (first === undefined) return null;
  const verb = being ? gerunds.get(first.toLowerCase()) : first;
  if (verb === undefined) return null;
  const text = verb + rest;
  const beginning = text.toLowerCase().split(/[\s,.;:?!]+/, maxVerbWords);
  for (let length = maxVerbWords; length > 0; length -= 1) {
    const candidate = beginning.slice(0, length).join(' ');
    if (strong.has(candidate)) return { text, isWeak: false };
    if (weak.has(candidate)) return { text, isWeak: true };
  }
  return null;
}

function listed(text: string): ReadonlySet<string> {
  return new Set(text.split(/,\s*/));
}
