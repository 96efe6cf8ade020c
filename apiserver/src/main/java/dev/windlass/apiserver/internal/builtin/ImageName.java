package dev.windlass.apiserver.internal.builtin;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of images, as container registries read them. Stateless. */
final class ImageName {
    private static final String LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final String DOMAIN = "(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[a-fA-F0-9:]+])(?::[0-9]+)?";
    private static final String COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final Pattern NAME = Pattern.compile(DOMAIN + "/(?<path>" + COMPONENT + "(?:/" + COMPONENT
            + ")*)(?::(?<tag>\\w[\\w.-]{0,127}))?"
            + "(?<digest>@(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}))?");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");
    private static final int LONGEST_PATH = 255;

    private ImageName() {
    }

    /** Whether a name stands for another image tomorrow: it says {@code latest}, or neither a tag nor a digest. What is no name does not. */
    static boolean isLatest(String image) {
        Matcher name = NAME.matcher(whole(image));
        if (IDENTIFIER.matcher(image).matches() || !name.matches() || name.group("path").length() > LONGEST_PATH) {
            return false;
        }
        String tag = name.group("tag");
        return tag == null ? name.group("digest") == null : tag.equals("latest");
    }

    /** With the registry, and with the folder of its own images. */
    private static String whole(String image) {
        int slash = image.indexOf('/');
        if (slash < 0) {
            return "docker.io/library/" + image;
        }
        String first = image.substring(0, slash);
        boolean registry = first.contains(".") || first.contains(":") || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
        return registry ? image : "docker.io/" + image;
    }
}
