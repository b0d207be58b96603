import { customerKey, givenCustomerId, isVisible, newShow, plainText, sameText } from '../../src/domain';

const nothingToSee = {
  'a space of no width': '\u200b',
  'a soft hyphen': '\u00ad',
  'a joiner': '\u2060',
  'marks of direction': '\u200e\u202e\u2066',
  'a Hangul filler': '\u3164',
  'a selector of variants': '\ufe0f',
  'a tag': '\u{e0041}',
  'an empty pattern of Braille': '\u2800',
  'spaces around it': ' \u200b\u3000 ',
  'an anchor of annotations': '\ufff9',
  'an empty hieroglyph': '\u{13441}',
  'a note without a head': '\u{1d159}',
};

describe('text from outside', () => {
  it.each(Object.entries(nothingToSee))('is not %s alone', (_, text) => {
    expect(isVisible(text)).toBe(false);
    expect(plainText(200).safeParse(text).success).toBe(false);
    expect(givenCustomerId.safeParse(text).success).toBe(false);
    expect(newShow.shape.description.safeParse(text).success).toBe(false);
  });

  it('may hold such signs beside others, and keeps them', () => {
    expect(plainText(200).parse('ردیف\u200cها 👨\u200d👩\u200d👧')).toBe('ردیف\u200cها 👨\u200d👩\u200d👧');
  });

  it('is composed as it enters, and counted so', () => {
    expect(plainText(3).parse('Éñö'.normalize('NFD'))).toBe('Éñö');
    expect(newShow.shape.description.parse('Été'.normalize('NFD'))).toBe('Été');
  });
});

describe('texts that mean the same', () => {
  it.each([
    ['composed or not', 'É', 'É'.normalize('NFD')],
    ['wide or narrow', 'A-1', 'Ａ-１'],
    ['with what cannot be seen', 'bob', 'b\u200bob\u00ad'],
    ['with marks apart by what cannot be seen', 'é', 'e\u034f\u0301'],
    ['as a sign of its own', 'Ⅳ', 'IV'],
  ])('are one: %s', (_, one, other) => {
    expect(sameText(other)).toBe(sameText(one));
  });

  it.each([
    ['small or large', 'a', 'A'],
    ['of another alphabet', 'A', 'Α'],
    ['with another mark', 'a', 'á'],
  ])('are two: %s', (_, one, other) => {
    expect(sameText(other)).not.toBe(sameText(one));
  });

  it('have one form, which is its own', () => {
    for (const text of ['Ａ\u200b', 'e\u034f\u0301', 'ﷺ', '½', '각\u3164', 'ẛ̣']) {
      expect(sameText(sameText(text))).toBe(sameText(text));
    }
  });
});

describe('the id of a customer', () => {
  it('is kept in the form in which it is compared', () => {
    for (const id of ['bob\u200b', ' ｂｏｂ', 'b\u2060ob ', '\ufeffbob']) expect(givenCustomerId.parse(id)).toBe('bob');
    expect(givenCustomerId.parse('Bob')).toBe('Bob');
    expect(givenCustomerId.parse('josé'.normalize('NFD'))).toBe('josé');
  });

  it.each(['bob\u2800', 'b\ufff9ob', 'bo\u{13430}b', 'bob\u{13441}x', 'b\u2028ob'])(
    'does not hold what cannot be seen and would count: %j',
    (id) => {
      expect(givenCustomerId.safeParse(id).success).toBe(false);
    },
  );

  it('is that of the same customer, though an earlier release stored it as it came', () => {
    expect(customerKey({ customerId: 'bob\u200b ' })).toBe(customerKey({ customerId: 'bob' }));
    expect(customerKey({ customerId: 'bob\u200b', shop: 'web' })).toBe(customerKey({ customerId: 'bob', shop: 'web' }));
    expect(customerKey({ customerId: 'bob', shop: 'web' })).not.toBe(customerKey({ customerId: 'bob' }));
  });
});
