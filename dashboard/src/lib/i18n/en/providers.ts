export const providers = {
  lead: 'Who answers, with which keys, and how much of each is left.',
};
