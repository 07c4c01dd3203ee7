export const lab = {
  lead: 'Try every model, and send requests as you write them.',
};
