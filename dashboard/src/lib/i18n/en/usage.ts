export const usage = {
  lead: 'What requests came to: how many, how fast, how much.',
};
