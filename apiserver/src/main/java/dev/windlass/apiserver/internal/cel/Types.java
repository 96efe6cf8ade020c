package dev.windlass.apiserver.internal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import dev.cel.common.values.CelByteString;
import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.net.Url;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The types that functions for Kubernetes speak of. Stateless. */
final class Types {
    static final CelType QUANTITY = OpaqueType.create("kubernetes.Quantity");
    static final CelType URL = OpaqueType.create("kubernetes.URL");
    static final CelType IP = OpaqueType.create("net.IP");
    static final CelType CIDR = OpaqueType.create("net.CIDR");
    static final CelType FORMAT = OpaqueType.create("kubernetes.NamedFormat");
    static final CelType SEMVER = OpaqueType.create("kubernetes.Semver");
    static final CelType ACCESS = OpaqueType.create("kubernetes.authorization.Authorizer");
    static final CelType TO_GROUP = OpaqueType.create("kubernetes.authorization.GroupCheck");
    static final CelType TO_PATH = OpaqueType.create("kubernetes.authorization.PathCheck");
    static final CelType TO_RESOURCE = OpaqueType.create("kubernetes.authorization.ResourceCheck");
    static final CelType DECISION = OpaqueType.create("kubernetes.authorization.Decision");
    static final CelType ANY = TypeParamType.create("T");
    static final CelType LIST = ListType.create(ANY);
    static final CelType STRINGS = ListType.create(SimpleType.STRING);
    static final CelType QUERY = MapType.create(SimpleType.STRING, STRINGS);

    private static final Set<CelType> OURS = Set.of(QUANTITY, URL, IP, CIDR, FORMAT, SEMVER, ACCESS,
            TO_GROUP, TO_PATH, TO_RESOURCE, DECISION);

    private Types() {
    }

    /** Whether it is a type of Kubernetes, not of the language. */
    static boolean isOurs(CelType type) {
        return OURS.contains(type);
    }

    /** Whether a value is of such a type. */
    static boolean isOurs(Object value) {
        return OURS.stream().anyMatch(type -> javaClass(type).isInstance(value));
    }

    /** The name of the type of a value that is of Kubernetes. */
    static String name(Object value) {
        return OURS.stream().filter(type -> javaClass(type).isInstance(value)).map(CelType::name).findFirst()
                .orElse(value.getClass().getSimpleName());
    }

    /** As what a value of a type comes to a function. */
    static Class<?> javaClass(CelType type) {
        return switch (type.kind()) {
            case STRING -> String.class;
            case INT -> Long.class;
            case UINT -> UnsignedLong.class;
            case DOUBLE -> Double.class;
            case BOOL -> Boolean.class;
            case BYTES -> CelByteString.class;
            case LIST -> List.class;
            case MAP -> Map.class;
            case DURATION -> Duration.class;
            case TIMESTAMP -> Moment.class;
            case OPAQUE -> switch (type.name()) {
                case "kubernetes.Quantity" -> Amount.class;
                case "kubernetes.URL" -> Url.class;
                case "net.IP" -> Address.class;
                case "net.CIDR" -> Network.class;
                case "kubernetes.NamedFormat" -> NamedFormat.class;
                case "kubernetes.Semver" -> Semver.class;
                case "kubernetes.authorization.Authorizer" -> Access.class;
                case "kubernetes.authorization.GroupCheck" -> Access.ToGroup.class;
                case "kubernetes.authorization.PathCheck" -> Access.ToPath.class;
                case "kubernetes.authorization.ResourceCheck" -> Access.ToResource.class;
                case "kubernetes.authorization.Decision" -> Authorizer.Decision.class;
                default -> Object.class;
            };
            default -> Object.class;
        };
    }
}
