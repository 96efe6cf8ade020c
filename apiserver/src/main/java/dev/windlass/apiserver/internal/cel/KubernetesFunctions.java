package dev.windlass.apiserver.internal.cel;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.net.Url;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What Kubernetes adds to the language: quantities, addresses, URLs, patterns, formats, versions. */
final class KubernetesFunctions extends Functions {
    KubernetesFunctions() {
        quantities();
        addresses();
        networks();
        urls();
        patterns();
        formats();
        versions();
        global("int", "duration_to_int64", SimpleType.INT, args -> ((Duration) args[0]).toNanos(), SimpleType.DURATION);
    }

    /** Reads a text, and makes an error of the expression of what is wrong with it. */
    private static <T> T read(Function<String, T> reader, Object text) throws CelEvaluationException {
        try {
            return reader.apply((String) text);
        } catch (IllegalArgumentException e) {
            throw new CelEvaluationException(String.valueOf(e.getMessage()), e);
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // what counts is whether it can be read
    private static boolean isReadable(Function<String, ?> reader, Object text) {
        try {
            reader.apply((String) text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private void quantities() {
        var type = Types.QUANTITY;
        global("quantity", "string_to_quantity", type, args -> read(Amount::parse, args[0]), SimpleType.STRING);
        global("isQuantity", "is_quantity_string", SimpleType.BOOL, args -> isReadable(Amount::parse, args[0]),
                SimpleType.STRING);
        global("sign", "quantity_sign", SimpleType.INT, args -> (long) amount(args[0]).value().signum(), type);
        member("isGreaterThan", "quantity_is_greater_than", SimpleType.BOOL, args -> compareAmounts(args) > 0, type,
                type);
        member("isLessThan", "quantity_is_less_than", SimpleType.BOOL, args -> compareAmounts(args) < 0, type, type);
        member("compareTo", "quantity_compare_to", SimpleType.INT, args -> (long) compareAmounts(args), type, type);
        member("asApproximateFloat", "quantity_get_float", SimpleType.DOUBLE, args -> amount(args[0]).approximate(),
                type);
        member("asInteger", "quantity_get_int", SimpleType.INT, args -> {
            Long integer = amount(args[0]).integer();
            if (integer == null) {
                throw new CelEvaluationException("cannot convert value to integer");
            }
            return integer;
        }, type);
        member("isInteger", "quantity_is_integer", SimpleType.BOOL, args -> amount(args[0]).integer() != null, type);
        member("add", "quantity_add", type, args -> amount(args[0]).plus(amount(args[1])), type, type);
        member("add", "quantity_add_int", type, args -> amount(args[0]).plus(Amount.of((Long) args[1])), type,
                SimpleType.INT);
        member("sub", "quantity_sub", type, args -> amount(args[0]).minus(amount(args[1])), type, type);
        member("sub", "quantity_sub_int", type, args -> amount(args[0]).minus(Amount.of((Long) args[1])), type,
                SimpleType.INT);
    }

    private static Amount amount(Object value) {
        return (Amount) value;
    }

    private static int compareAmounts(Object[] args) {
        return amount(args[0]).value().compareTo(amount(args[1]).value());
    }

    private void addresses() {
        var type = Types.IP;
        global("ip", "string_to_ip", type, args -> read(Address::parse, args[0]), SimpleType.STRING);
        global("isIP", "is_ip", SimpleType.BOOL, args -> isReadable(Address::parse, args[0]), SimpleType.STRING);
        global("ip.isCanonical", "ip_is_canonical", SimpleType.BOOL,
                args -> read(Address::parse, args[0]).toString().equals(args[0]), SimpleType.STRING);
        global("string", "ip_to_string", SimpleType.STRING, args -> args[0].toString(), type);
        member("family", "ip_family", SimpleType.INT, args -> address(args[0]).isFour() ? 4L : 6L, type);
        member("isUnspecified", "ip_is_unspecified", SimpleType.BOOL,
                args -> address(args[0]).address().isAnyLocalAddress(), type);
        member("isLoopback", "ip_is_loopback", SimpleType.BOOL, args -> address(args[0]).address().isLoopbackAddress(),
                type);
        member("isLinkLocalMulticast", "ip_is_link_local_multicast", SimpleType.BOOL,
                args -> isLinkLocalMulticast(address(args[0])), type);
        member("isLinkLocalUnicast", "ip_is_link_local_unicast", SimpleType.BOOL,
                args -> address(args[0]).address().isLinkLocalAddress(), type);
        member("isGlobalUnicast", "ip_is_global_unicast", SimpleType.BOOL,
                args -> Addresses.isGlobalUnicast(address(args[0]).address()), type);
    }

    private static Address address(Object value) {
        return (Address) value;
    }

    private static boolean isLinkLocalMulticast(Address address) {
        byte[] bytes = address.address().getAddress();
        return address.isFour()
                ? bytes[0] == (byte) 224 && bytes[1] == 0 && bytes[2] == 0
                : address.address().isMCLinkLocal();
    }

    private void networks() {
        var type = Types.CIDR;
        global("cidr", "string_to_cidr", type, args -> read(Network::parse, args[0]), SimpleType.STRING);
        global("isCIDR", "is_cidr", SimpleType.BOOL, args -> isReadable(Network::parse, args[0]), SimpleType.STRING);
        global("string", "cidr_to_string", SimpleType.STRING, args -> args[0].toString(), type);
        member("containsIP", "cidr_contains_ip_string", SimpleType.BOOL,
                args -> {
                    // There, what is wrong with the address is not told.
                    if (!isReadable(Address::parse, args[1])) {
                        throw new CelEvaluationException(Mismatches.NO_OVERLOAD);
                    }
                    return network(args[0]).contains(Address.parse((String) args[1]));
                }, type, SimpleType.STRING);
        member("containsIP", "cidr_contains_ip_ip", SimpleType.BOOL,
                args -> network(args[0]).contains(address(args[1])), type, Types.IP);
        member("containsCIDR", "cidr_contains_cidr_string", SimpleType.BOOL,
                args -> network(args[0]).contains(read(Network::parse, args[1])), type, SimpleType.STRING);
        member("containsCIDR", "cidr_contains_cidr", SimpleType.BOOL,
                args -> network(args[0]).contains(network(args[1])), type, type);
        member("ip", "cidr_ip", Types.IP, args -> network(args[0]).address(), type);
        member("prefixLength", "cidr_prefix_length", SimpleType.INT, args -> (long) network(args[0]).bits(), type);
        member("masked", "cidr_masked", type, args -> network(args[0]).masked(), type);
    }

    private static Network network(Object value) {
        return (Network) value;
    }

    private void urls() {
        var type = Types.URL;
        global("url", "string_to_url", type, args -> read(KubernetesFunctions::parseUrl, args[0]), SimpleType.STRING);
        global("isURL", "is_url_string", SimpleType.BOOL, args -> isReadable(Url::parseRequest, args[0]),
                SimpleType.STRING);
        member("getScheme", "url_get_scheme", SimpleType.STRING, args -> url(args[0]).scheme(), type);
        member("getHost", "url_get_host", SimpleType.STRING, args -> url(args[0]).host(), type);
        member("getHostname", "url_get_hostname", SimpleType.STRING, args -> url(args[0]).hostname(), type);
        member("getPort", "url_get_port", SimpleType.STRING, args -> url(args[0]).port(), type);
        member("getEscapedPath", "url_get_escaped_path", SimpleType.STRING, args -> url(args[0]).escapedPath(), type);
        member("getQuery", "url_get_query", Types.QUERY, args -> url(args[0]).parameters(), type);
    }

    private static Url url(Object value) {
        return (Url) value;
    }

    private static Url parseUrl(String text) {
        try {
            // It must be one that a request can have, but what follows a hash is a fragment all the same.
            var _ = Url.parseRequest(text);
            return Url.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("URL parse error during conversion from string: " + e.getMessage(), e);
        }
    }

    private void patterns() {
        member("find", "string_find_string", SimpleType.STRING, args -> {
            List<String> found = find(args, 1);
            return found.isEmpty() ? "" : found.getFirst();
        }, SimpleType.STRING, SimpleType.STRING);
        member("findAll", "string_find_all_string", Types.STRINGS, args -> find(args, -1), SimpleType.STRING,
                SimpleType.STRING);
        member("findAll", "string_find_all_string_int", Types.STRINGS, args -> find(args, (Long) args[2]),
                SimpleType.STRING, SimpleType.STRING, SimpleType.INT);
    }

    private static List<String> find(Object[] args, long most) throws CelEvaluationException {
        List<String> found = new ArrayList<>();
        try {
            Matcher matcher = Pattern.compile((String) args[1]).matcher((String) args[0]);
            int end = -1;
            while ((most < 0 || found.size() < most) && matcher.find()) {
                if (matcher.start() != end || matcher.end() != end) { // nothing after what has been found does not count
                    found.add(matcher.group());
                }
                end = matcher.end();
            }
        } catch (com.google.re2j.PatternSyntaxException e) {
            throw new CelEvaluationException("Illegal regex: " + e.getMessage(), e);
        }
        return found;
    }

    private void formats() {
        for (String name : NamedFormat.names()) {
            global("format." + name, "format." + name, Types.FORMAT, _ -> new NamedFormat(name));
        }
        global("format.named", "format-named", OptionalType.create(Types.FORMAT), args -> {
            String name = (String) args[0];
            return NamedFormat.exists(name) ? Optional.of(new NamedFormat(name)) : Optional.empty();
        }, SimpleType.STRING);
        member("validate", "format-validate", OptionalType.create(Types.STRINGS), args -> {
            List<String> problems = ((NamedFormat) args[0]).problems((String) args[1]);
            return problems.isEmpty() ? Optional.empty() : Optional.of(Collections.unmodifiableList(problems));
        }, Types.FORMAT, SimpleType.STRING);
    }

    private void versions() {
        var type = Types.SEMVER;
        global("semver", "string_to_semver", type, args -> read(text -> Semver.parse(text, false), args[0]),
                SimpleType.STRING);
        global("semver", "string_bool_to_semver", type,
                args -> read(text -> Semver.parse(text, (Boolean) args[1]), args[0]), SimpleType.STRING,
                SimpleType.BOOL);
        global("isSemver", "is_semver_string", SimpleType.BOOL,
                args -> isReadable(text -> Semver.parse(text, false), args[0]), SimpleType.STRING);
        global("isSemver", "is_semver_string_bool", SimpleType.BOOL,
                args -> isReadable(text -> Semver.parse(text, (Boolean) args[1]), args[0]), SimpleType.STRING,
                SimpleType.BOOL);
        member("isGreaterThan", "semver_is_greater_than", SimpleType.BOOL, args -> compareVersions(args) > 0, type,
                type);
        member("isLessThan", "semver_is_less_than", SimpleType.BOOL, args -> compareVersions(args) < 0, type, type);
        member("compareTo", "semver_compare_to", SimpleType.INT, args -> (long) compareVersions(args), type, type);
        member("major", "semver_major", SimpleType.INT, args -> ((Semver) args[0]).major().longValue(), type);
        member("minor", "semver_minor", SimpleType.INT, args -> ((Semver) args[0]).minor().longValue(), type);
        member("patch", "semver_patch", SimpleType.INT, args -> ((Semver) args[0]).patch().longValue(), type);
    }

    private static int compareVersions(Object[] args) {
        return Integer.signum(((Semver) args[0]).compareTo((Semver) args[1]));
    }
}
