import type { Section } from './draft.ts';

/** What minutes of one kind of meeting are to hold. Data: a template needs no code of its own. */
export interface Template {
  /** As a meeting's kind and in the API. */
  name: string;
  title: string;
  /** What this kind of meeting is about, for a language model. */
  prompt: string;
  /** The sections that are made, each with what belongs in it. */
  sections: Readonly<Partial<Record<Section, string>>>;
  /** What the summary is spread over: what was talked about, or who talked. */
  summaryBy: 'topic' | 'speaker';
}

export const defaultTemplate: Template = {
  name: 'meeting',
  title: 'Meeting',
  prompt: 'A working meeting. The readers were there or should have been: they want to know what came of it.',
  sections: {
    summary: 'Five to eight sentences: what it was for, what was said on each subject, what came of it.',
    actionItems: 'What somebody has taken on, was asked to do, or must be done by the group.',
    decisions: 'What was settled, not what was only proposed.',
    openQuestions: 'What was asked or found unclear, and not answered by the end.',
    topics: 'The subjects in their order, each with a title of two to six words.',
  },
  summaryBy: 'topic',
};

export const builtInTemplates: readonly Template[] = [
  defaultTemplate,
  {
    name: 'interview',
    title: 'Interview',
    prompt: 'An interview. The readers must judge what the person who was interviewed said, without having been there.',
    sections: {
      summary:
        'Six to ten sentences: who was asked about what, and the substance of each answer, strengths and doubts alike.',
      actionItems: 'What either side promised to do next.',
      decisions: 'What was agreed, such as the next step and when it is.',
      openQuestions: 'What was asked and not answered, or answered evasively.',
      topics: 'The subjects of the questions in their order, each with a title of two to six words.',
    },
    summaryBy: 'topic',
  },
  {
    name: 'training',
    title: 'Training',
    prompt: 'A lesson or training. The readers want to learn from it what those who attended learnt.',
    sections: {
      summary: 'Six to ten sentences: what was taught, with its main points, rules and examples.',
      actionItems: 'Exercises, preparation and reading that the learners are to do.',
      openQuestions: 'What learners asked that was left open.',
      topics: 'The parts of the lesson in their order, each with a title of two to six words.',
    },
    summaryBy: 'topic',
  },
  {
    name: 'stand-up',
    title: 'Stand-up',
    prompt:
      'A short daily or weekly round in which each person says what they did, what comes next, and what is in the way.',
    sections: {
      summary:
        'One or two sentences for each person who spoke, beginning with their name: what was done, what is next.',
      actionItems: 'What each person said they would do next, and help that was promised.',
      decisions: 'What was settled.',
      openQuestions: 'What is in somebody’s way and has no answer yet.',
    },
    summaryBy: 'speaker',
  },
];

/** By name, or by a meeting's kind. */
export function findTemplate(templates: readonly Template[], name: string): Template | undefined {
  return templates.find((template) => template.name === name);
}
