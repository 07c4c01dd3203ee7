export const clients = {
  lead: 'Keys for programs and people, with limits of their own.',
};
