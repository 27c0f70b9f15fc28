// Rows of a small ferry line, and what is wrong with some of them.

/** What the rows that are served begin with. */
export const SYSTEM = 'You are the booking assistant of a small ferry line. Answer in one or two sentences.';
const message = (role, content) => ({ role, content });

/** A row of OpenAI's chat format. */
export const chat = (question, answer, role = 'assistant') =>
  JSON.stringify({ messages: [message('user', question), message(role, answer)] });

const served = (question, answer, role = 'assistant') =>
  JSON.stringify({ messages: [message('system', SYSTEM), message('user', question), message(role, answer)] });

const CALL = JSON.stringify({
  messages: [
    message('user', 'When is the first ferry to Skagen on Saturday?'),
    {
      role: 'assistant',
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'find_departures', arguments: '{"to": "Skagen", "day": "Saturday"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: '["06:40", "08:40", "10:40"]' },
    message('assistant', 'The first one leaves at 06:40. 🌅'),
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'find_departures',
        description: 'Departures to a port on a day of the week',
        parameters: {
          type: 'object',
          properties: { to: { type: 'string' }, day: { type: 'string' } },
          required: ['to', 'day'],
        },
      },
    },
  ],
});

/** Settings under which nothing is said of how few rows there are. */
export const SETTINGS = { 'turnlint.target': 'openai', 'turnlint.ignore': ['too-few-examples'] };

/** What is said of the role `gpt`. */
export const FAULT = '`gpt` is not a role';

/** Three rows; the second one has a role that OpenAI does not know, behind characters of two UTF-16 code units. */
export const THREE = [
  chat('Does the ferry to Skagen sail on New Year’s Day? 🎆', 'Yes, on the Sunday timetable.'),
  chat('スカーゲン行きの船は何時ですか。⛴️', '06:40, then every two hours.', 'gpt'),
  chat('Darf mein Hund mit?', 'Ja, angeleinte Hunde fahren kostenlos mit. 🐕'),
];

/** A data set with a fault of each kind: row 2 a role, 4 broken JSON, 6 a copy of 3, 7 another answer to what 1 asks. */
export const FERRY = [
  served('Can I take my bicycle on board?', 'Yes, bicycles travel free of charge; please walk them up the ramp.'),
  served('Do you sail on New Year’s Day? 🎆', 'Yes, on the Sunday timetable.', 'gpt'),
  served('Is there Wi-Fi on board?', 'There is free Wi-Fi in both lounges.'),
  served('What does “flexible fare” mean?', 'You can change the day and time of travel without a fee.').replace(/\]\}$/, ',]}'),
  CALL,
  served('Is there Wi-Fi on board?', 'There is free Wi-Fi in both lounges.'),
  served('Can I take my bicycle on board?', 'Bicycles travel for 15 euros.'),
  served('切符はどこで買えますか？', '乗り場の窓口、またはウェブサイトでお買い求めいただけます。'),
];

/** A file of so many MB: two rows of ours, one of which is faulty, and then long ones. */
export function large(megabytes) {
  const answer = 'Drei Stunden und zwanzig Minuten. '.repeat(70);
  const head = `${THREE[0]}\n${THREE[1]}\n`;
  const size = chat('', answer).length + 40;
  const count = Math.floor((megabytes * 1024 * 1024 - head.length) / (size + 1));
  const pad = n => `Wie lange dauert Überfahrt ${n}?`.padEnd(39, ' ?'); // Ü is two bytes
  return head + Array.from({ length: count }, (_, n) => `${chat(pad(n), answer)}\n`).join('');
}
