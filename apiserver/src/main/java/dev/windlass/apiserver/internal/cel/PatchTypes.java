package dev.windlass.apiserver.internal.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The types that an expression makes patches of: JSON patches, and objects of which nothing is known, so that they may have any field that it names. */
@SuppressWarnings("Immutable") // as the types that it adds to
final class PatchTypes implements CelTypeProvider {
    static final String OBJECT = "Object";
    static final String OPERATION = "JSONPatch";
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");

    private final RequestTypes types;
    private final ImmutableSet<String> names;

    /** @param expression to be compiled */
    PatchTypes(RequestTypes types, String expression) {
        this.types = types;
        this.names = NAME.matcher(expression).results().map(MatchResult::group)
                .collect(ImmutableSet.toImmutableSet());
    }

    /** Whether patches are made of a type. */
    static boolean isPatch(String name) {
        return name.equals(OPERATION) || name.equals(OBJECT) || name.startsWith(OBJECT + ".");
    }

    @Override
    public ImmutableCollection<CelType> types() {
        return types.types();
    }

    @Override
    public Optional<CelType> findType(String name) {
        if (name.equals(OPERATION)) {
            return Optional.of(StructType.create(OPERATION, ImmutableSet.of("op", "path", "from", "value"),
                    field -> Optional.of(field.equals("value") ? SimpleType.DYN : SimpleType.STRING)));
        }
        if (isPatch(name)) {
            return Optional.of(StructType.create(name, names, _ -> Optional.of(SimpleType.DYN)));
        }
        return types.findType(name);
    }
}
