export const integrations = {
  lead: 'How programs are pointed at this server.',
};
