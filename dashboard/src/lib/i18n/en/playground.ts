export const playground = {
  lead: 'Every task with real media, and beside each answer how it came about.',
};
