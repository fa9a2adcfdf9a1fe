/**
 * Bounds on what a flag definition may hold. A definition is checked when it is written, so evaluation needs no checks;
 * a published definition may be larger than a written one by what a rollout adds to it.
 */

/** Written definition, UTF-8 bytes of its compact JSON. 64 KiB holds a list of 5,000 ids of 12 characters. */
export const DEFINITION_BYTES_MAX = 65_536;

/** Variants of a flag. A rollout moves two; the rest are experiments' arms. */
export const VARIANTS_MAX = 64;

/** UTF-16 units of a variant's name. */
export const VARIANT_NAME_LENGTH_MAX = 128;

/** UTF-16 units of a flag's key: it travels in URLs, headers and every span. */
const FLAG_KEY_LENGTH_MAX = 128;

/**
 * The one rule for a flag's key, here, in the API and in what services report. No "/", so a key is one segment of a URL;
 * ASCII, so every language hashes the same bytes.
 */
export const FLAG_KEY_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/;

export const FLAG_KEY_PATTERN_WORDS = `1 to ${FLAG_KEY_LENGTH_MAX} letters, digits, "_", ".", ":" or "-", starting with a letter, digit or "_"`;

/** Operators nested in one another. People write 4 to 6; 32 leaves room for generated rules. */
export const TARGETING_DEPTH_MAX = 32;

/** Operators in one targeting, `$ref` substituted. At about 10 ns each: 5 µs for an evaluation that runs them all. */
export const TARGETING_OPERATORS_MAX = 512;

/** Entries of a flag's or a set's metadata. */
export const METADATA_ENTRIES_MAX = 64;

/** Entries of `$evaluators`. */
export const EVALUATORS_MAX = 256;

/** Flags of a set: at 4 MB a snapshot this is 400 bytes a flag. */
export const FLAGS_PER_SET_MAX = 10_000;

/**
 * A set of flags, UTF-8 bytes. gRPC clients refuse a message above 4 MiB = 4,194,304 bytes; 64 KiB are left for
 * what the protocol adds around it.
 */
export const DOCUMENT_BYTES_MAX = 4_194_304 - 65_536;

/** Operators of a rollout's audience, a condition. */
export const AUDIENCE_OPERATORS_MAX = 48;

/**
 * Operators of a published definition: a rollout may write the targeting twice (`if` it is null) and adds at most 5
 * nested operators, 12 in all, besides its audience.
 */
export const PUBLISHED_TARGETING_DEPTH_MAX = TARGETING_DEPTH_MAX + 8;
export const PUBLISHED_TARGETING_OPERATORS_MAX = 2 * TARGETING_OPERATORS_MAX + AUDIENCE_OPERATORS_MAX + 16;

/**
 * Nested arrays and objects in any JSON read here. An operator is two levels, object and array: 2 × 40 for the deepest
 * published targeting, 4 for the document around it, the rest for literal lists.
 */
export const JSON_DEPTH_MAX = 128;

/** Faults reported for one input: enough to fix it by, and a hostile one cannot make the answer larger than itself. */
export const FAULTS_MAX = 50;

/** UTF-16 units shown of a name in a message. */
export const QUOTED_LENGTH_MAX = 80;

/**
 * Steps of one evaluation. An element of `map`, `filter`, `reduce`, `all`, `some` and `none` takes one and what its rule
 * has operators and arguments; a text or list that is made or searched one for each `CHARACTERS_PER_STEP`. At about 10 ns: 5 ms, whatever the rule and the context are.
 */
export const STEPS_MAX = 500_000;

/** Characters, or elements, that are copied or compared in the time of a step. */
export const CHARACTERS_PER_STEP = 64;

/** A part that is longer is looked for by a search that cannot be made slow; the engine's own is faster for these. */
export const SEARCHED_BY_ENGINE_LENGTH_MAX = 32;

/** Elements of a list that `merge` makes, as in json-logic-engine. A doubling `reduce` passes it after 15 elements. */
export const LIST_LENGTH_MAX = 32_768;

/** UTF-16 units of a string that `cat` makes, as in json-logic-engine. */
export const TEXT_LENGTH_MAX = 65_536;

/** Sum of a `fractional`'s weights: 2³¹ − 1, the largest 32-bit integer, as flagd has it. */
export const WEIGHT_SUM_MAX = 2_147_483_647;

/** UTF-16 units of a semantic version that is looked at. */
export const SEMANTIC_VERSION_LENGTH_MAX = 256;
