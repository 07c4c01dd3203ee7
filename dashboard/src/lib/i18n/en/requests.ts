export const requests = {
  lead: 'Every request as it happened.',
};
