import { describe, expect, it } from 'vitest';
import { asStatement, cleanSpeech, withoutMarks } from './clean.ts';

const clean = (text: string) => asStatement(cleanSpeech(withoutMarks(text), true));

describe('cleaned speech', () => {
  it.each([
    ['Um I {disfmarker} I think that the the case is made of rubber .', 'The case is made of rubber.'],
    ['So we could we could use a , you know , solar cell , right ?', 'We could use a solar cell?'],
    ["I 'm not sure they do n't want it .", "I'm not sure they don't want it."],
    ['Yeah [laughter] okay so the T_V_ costs 12 , 5 Euro (laughs) .', 'The TV costs 12, 5 Euro.'],
    ['The compu- computer st starts .', 'The computer starts.'],
    ['No one should pay for this .', 'No one should pay for this.'],
    ['What kind of battery is sort of cheap ?', 'What kind of battery is cheap?'],
    ['i think i have it', 'I have it.'],
    ['So far it works very very well and', 'So far it works very very well.'],
  ])('%s', (spoken, written) => {
    expect(clean(spoken)).toBe(written);
  });

  it('keeps what only looks like a filler in another language', () => {
    expect(cleanSpeech('Es geht um den den Umzug', false)).toBe('Es geht um den Umzug');
  });
});
