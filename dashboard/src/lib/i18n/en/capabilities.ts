export const capabilities = {
  lead: 'What each model can do with each medium, here and now.',
};
