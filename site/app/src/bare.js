// SPARQL without what could be mistaken for its words and signs.
/** Put dots over IRIs, strings and comments, so that every other character stays at its place. */
export const bare = (query) => query.replaceAll(/<[^<>\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*/g, (match) => "·".repeat(match.length));
