package io.jackpot.answers;

import io.jackpot.math.Functions;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The meanings of LaTeX commands, Unicode characters and runs of letters. */
final class Lexicon {
  private Lexicon() {}

  /**
   * A set of words.
   *
   * @param lines words, separated by white space
   */
  static Set<String> words(String... lines) {
    return Set.of(String.join(" ", lines).split("\\s+", -1));
  }

  /**
   * A map from words to their meanings.
   *
   * @param lines words of one meaning, separated by spaces; the first of them is the meaning
   * @return a map that may be changed
   */
  static Map<String, String> synonyms(String... lines) {
    Map<String, String> meanings = new HashMap<>();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      for (String word : words) {
        meanings.put(word, words[0]);
      }
    }
    return meanings;
  }

  /** The prefix of names of number sets, as in ℝ. */
  static final String NUMBER_SET = "bb";

  /** Commands for appearance, without arguments. */
  static final Set<String> IGNORED =
      words(
          "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr",
          "displaystyle textstyle limits nolimits quad qquad space thinspace rm bf it large Large",
          "LARGE huge Huge",
          "hline boxed fbox strut");

  /** Commands whose argument is invisible, or changes the appearance of what follows. */
  static final Set<String> INVISIBLE =
      words("hspace vspace mspace color textcolor phantom hphantom tag");

  /** Commands whose argument is text, or letters in some typeface. */
  static final Set<String> TEXT =
      words(
          "text underline textbf textrm textit texttt textsf textnormal mbox hbox mathrm mathbf",
          "mathit mathsf mathcal mathbb operatorname emph boldsymbol bold mathnormal bm");

  /** Marks over a letter, which make another name of it. */
  static final Set<String> ACCENTS =
      words(
          "vec hat bar tilde overline overrightarrow widehat angle triangle dot",
          "overleftrightarrow widetilde");

  /** Marks over a letter that is a vector. */
  static final Set<String> VECTORS = words("vec overrightarrow hat");

  /** Commands for bold letters, which are vectors. */
  static final Set<String> BOLD = words("mathbf boldsymbol bold bm textbf");

  /** Functions with other names than those of {@link Functions}. */
  private static final Map<String, String> FUNCTION_NAMES =
      synonyms(
          "arcsin asin",
          "arccos acos",
          "arctan atan arctg",
          "tan tg",
          "cot ctg",
          "csc cosec",
          "ceil ceiling",
          "lg",
          "exp");

  /** Functions whose names are units or words if no argument follows. */
  static final Set<String> WORDLIKE = Set.of("sec", "min", "max", "floor", "abs", "ceil", "exp");

  /** Signs, each followed by the commands and characters that mean it. */
  private static final Map<String, String> SIGNS =
      synonyms(
          "frac dfrac tfrac cfrac",
          "binom dbinom tbinom choose-of",
          "sqrt √ ∛",
          "* times cdot ast bullet × · ⋅ ∙ ∗ •",
          "/ div ÷ ∕ ⁄ ／",
          "- − – — ‐ ‑ ﹣ －",
          "+ ＋",
          "= ＝",
          "± pm",
          "∓ mp",
          "≤ le leq leqslant ⩽ ≦",
          "≥ ge geq geqslant ⩾ ≧",
          "< lt ＜",
          "> gt ＞",
          "≠ ne neq",
          "≈ approx simeq ≃ ≅ cong",
          "≡ equiv",
          "∈ in",
          "∪ cup bigcup",
          "∩ cap bigcap",
          "∅ emptyset varnothing ∅",
          "\\{ lbrace",
          "\\} rbrace",
          "| vert lvert rvert mid ∣ ｜",
          "[ lbrack ［",
          "] rbrack ］",
          "( lparen （",
          ") rparen ）",
          ", ， 、",
          ": ： colon",
          "; ；",
          "⌊ lfloor",
          "⌋ rfloor",
          "⌈ lceil",
          "⌉ rceil",
          "⟨ langle 〈",
          "⟩ rangle 〉",
          "° circ degree º",
          "% ％",
          "£ pounds",
          "€ euro",
          "mod pmod bmod",
          "' prime ′",
          "... ldots dots cdots …",
          "→ to rightarrow Rightarrow implies Longrightarrow mapsto ⇒ iff Leftrightarrow",
          "∖ setminus backslash",
          "and",
          "or",
          "∧ wedge land",
          "∨ vee lor");

  static {
    for (String sign : List.of("^", "_", "!", "{", "}", "&", "¥", "₹", "¢", "$", "∥")) {
      SIGNS.put(sign, sign);
    }
  }

  private static final Map<String, String> SYMBOLS =
      synonyms(
          "alpha α",
          "beta β",
          "gamma γ",
          "delta δ",
          "epsilon ε varepsilon ϵ",
          "zeta ζ",
          "eta η",
          "theta θ vartheta",
          "iota ι",
          "kappa κ",
          "lambda λ",
          "mu μ µ",
          "nu ν",
          "xi ξ",
          "pi π",
          "rho ρ varrho",
          "sigma σ",
          "tau τ",
          "upsilon υ",
          "phi φ varphi ϕ",
          "chi χ",
          "psi ψ",
          "omega ω",
          "Gamma Γ",
          "Delta Δ",
          "Theta Θ",
          "Lambda Λ",
          "Xi Ξ",
          "Pi Π",
          "Sigma Σ",
          "Phi Φ",
          "Psi Ψ",
          "Omega Ω",
          "oo infty infinity ∞ inf Infinity",
          "ell ℓ",
          "bbR ℝ",
          "bbZ ℤ",
          "bbN ℕ",
          "bbQ ℚ",
          "bbC ℂ");

  /** Short English words, which are not products of variables. */
  private static final Set<String> SHORT_WORDS = words(Resources.text("short-words.txt"));

  /** The sign that a command or character means, or null. */
  static @Nullable String sign(String name) {
    return SIGNS.get(name);
  }

  /** The symbol that a command, name or character means, or null. */
  static @Nullable String symbol(String name) {
    return SYMBOLS.get(name);
  }

  /** The function that a command or name means, or null. */
  static @Nullable String function(String name) {
    String other = FUNCTION_NAMES.get(name);
    return other != null ? other : Functions.exists(name) ? name : null;
  }

  /** Whether a run of letters is a word and not a product. */
  static boolean isWord(String letters) {
    return letters.length() > 3
        || Units.isUnit(letters)
        || SHORT_WORDS.contains(letters.toLowerCase(Locale.ROOT));
  }
}
