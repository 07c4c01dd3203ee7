export const chain = {
  lead: 'In which order targets are tried.',
};
