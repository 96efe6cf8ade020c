package dev.windlass.apiserver.internal.cel;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A semantic version as expressions see it; what is behind a plus does not count. */
record Semver(BigInteger major, BigInteger minor, BigInteger patch, String pre) implements Comparable<Semver> {
    private static final String NUMBER = "(0|[1-9]\\d*)";
    private static final Pattern FORM = Pattern
            .compile(NUMBER + "\\." + NUMBER + "\\." + NUMBER + "(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?");
    private static final Pattern LOOSE = Pattern.compile("v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?(.*)");

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
        Matcher matcher = FORM.matcher(strict);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("No Major.Minor.Patch elements found");
        }
        return new Semver(new BigInteger(matcher.group(1)), new BigInteger(matcher.group(2)),
                new BigInteger(matcher.group(3)), matcher.group(4) == null ? "" : matcher.group(4));
    }

    private static String normalized(String text) {
        Matcher loose = LOOSE.matcher(text);
        if (!loose.matches()) {
            return text;
        }
        return number(loose.group(1)) + "." + number(loose.group(2)) + "." + number(loose.group(3)) + loose.group(4);
    }

    private static String number(@Nullable String digits) {
        return digits == null ? "0" : new BigInteger(digits).toString();
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
        return comparePre(pre.split("\\.", -1), other.pre.split("\\.", -1));
    }

    private static int comparePre(String[] ours, String[] theirs) {
        for (int i = 0; i < Math.min(ours.length, theirs.length); i++) {
            boolean number = ours[i].matches("\\d+");
            boolean otherNumber = theirs[i].matches("\\d+");
            int order = number && otherNumber
                    ? new BigInteger(ours[i]).compareTo(new BigInteger(theirs[i]))
                    : number != otherNumber ? (number ? -1 : 1) : ours[i].compareTo(theirs[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(ours.length, theirs.length);
    }
}
