package dev.windlass.apiserver.internal.cel;

import dev.windlass.apiserver.internal.json.GoText;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A semantic version as expressions see it; what is behind a plus does not count. */
record Semver(BigInteger major, BigInteger minor, BigInteger patch, List<String> pre) implements Comparable<Semver> {
    private static final Pattern NUMBER = Pattern.compile("\\d*");
    private static final Pattern WORD = Pattern.compile("[0-9A-Za-z-]*");
    private static final int PARTS = 3;

    /**
     * Reads a version.
     *
     * @param normalize
     *            whether to forgive a v, missing numbers and leading zeros
     * @throws IllegalArgumentException
     *             when it is none
     */
    static Semver parse(String text, boolean normalize) {
        String strict = normalize ? normalized(text) : text;
        if (strict.isEmpty()) {
            throw new IllegalArgumentException("Version string empty");
        }
        String[] parts = strict.split("\\.", PARTS);
        if (parts.length < PARTS) {
            throw new IllegalArgumentException("No Major.Minor.Patch elements found");
        }
        BigInteger major = number(parts[0], "Major");
        BigInteger minor = number(parts[1], "Minor");
        String[] built = parts[2].split("\\+", 2);
        String[] released = built[0].split("-", 2);
        BigInteger patch = number(released[0], "Patch");
        List<String> pre = released.length < 2 ? List.of() : List.of(released[1].split("\\.", -1));
        pre.forEach(Semver::checkPrerelease);
        if (built.length > 1) {
            List.of(built[1].split("\\.", -1)).forEach(each -> checkWord(each, "build meta data", "Build meta data"));
        }
        return new Semver(major, minor, patch, pre);
    }

    private static String normalized(String text) {
        String[] parts = (text.startsWith("v") ? text.substring(1) : text).split("\\.", PARTS);
        for (int i = 0; i < parts.length; i++) {
            if (parts[i].length() > 1) {
                String shorter = parts[i].replaceFirst("^0+", "");
                boolean digit = !shorter.isEmpty() && shorter.charAt(0) >= '0' && shorter.charAt(0) <= '9';
                parts[i] = digit ? shorter : "0" + shorter;
            }
        }
        String last = parts[parts.length - 1];
        if (parts.length < PARTS && (last.contains("+") || last.contains("-"))) {
            throw new IllegalArgumentException("short version cannot contain PreRelease/Build meta data");
        }
        return String.join(".", parts) + ".0".repeat(PARTS - parts.length);
    }

    private static BigInteger number(String digits, String what) {
        if (!NUMBER.matcher(digits).matches()) {
            throw new IllegalArgumentException(
                    "Invalid character(s) found in " + what.toLowerCase(Locale.ROOT) + " number "
                            + GoText.quoted(digits));
        }
        checkZeros(digits, what + " number");
        BigInteger number = digits.isEmpty() ? BigInteger.ZERO : new BigInteger(digits);
        if (digits.isEmpty() || number.bitLength() > Long.SIZE) {
            throw new IllegalArgumentException("strconv.ParseUint: parsing " + GoText.quoted(digits) + ": "
                    + (digits.isEmpty() ? "invalid syntax" : "value out of range"));
        }
        return number;
    }

    private static void checkZeros(String digits, String what) {
        if (digits.length() > 1 && digits.startsWith("0")) {
            throw new IllegalArgumentException(what + " must not contain leading zeroes " + GoText.quoted(digits));
        }
    }

    private static void checkPrerelease(String part) {
        checkWord(part, "prerelease", "Prerelease");
        if (NUMBER.matcher(part).matches()) {
            checkZeros(part, "Numeric PreRelease version");
        }
    }

    private static void checkWord(String word, String what, String capitalized) {
        if (word.isEmpty()) {
            throw new IllegalArgumentException(capitalized + " is empty");
        }
        if (!WORD.matcher(word).matches()) {
            throw new IllegalArgumentException("Invalid character(s) found in " + what + " " + GoText.quoted(word));
        }
    }

    @Override
    public int compareTo(Semver other) {
        int order = major.compareTo(other.major);
        order = order != 0 ? order : minor.compareTo(other.minor);
        order = order != 0 ? order : patch.compareTo(other.patch);
        if (order != 0 || pre.equals(other.pre)) {
            return order;
        }
        if (pre.isEmpty() || other.pre.isEmpty()) {
            return pre.isEmpty() ? 1 : -1;
        }
        return comparePre(pre, other.pre);
    }

    private static int comparePre(List<String> ours, List<String> theirs) {
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            String one = ours.get(i);
            String two = theirs.get(i);
            boolean number = NUMBER.matcher(one).matches();
            boolean otherNumber = NUMBER.matcher(two).matches();
            int order = number && otherNumber
                    ? new BigInteger(one).compareTo(new BigInteger(two))
                    : number != otherNumber ? (number ? -1 : 1) : one.compareTo(two);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(ours.size(), theirs.size());
    }
}
