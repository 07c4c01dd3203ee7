export const start = {
  lead: 'What works now, what is missing, and the first request.',
};
