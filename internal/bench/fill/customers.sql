-- $1 organization, $2 customers, $3 the first one's millisecond, $4 milliseconds between two
INSERT INTO customers (organization_id, id, external_id, name, name_fold, email, phone, phone_e164, phone_digits, search, created_at, updated_at)
SELECT $1, c.id, CASE WHEN c.n % 2 = 0 THEN 'G-' || c.n END, c.name, c.fold,
    CASE WHEN c.n % 5 < 3 THEN replace(c.fold, ' ', '.') || c.n || '@example.com' ELSE '' END,
    '+51 98' || substr(lpad(c.n::text, 7, '0'), 1, 1) || ' ' || substr(lpad(c.n::text, 7, '0'), 2, 3) || ' ' || substr(lpad(c.n::text, 7, '0'), 5),
    '+5198' || lpad(c.n::text, 7, '0'), '5198' || lpad(c.n::text, 7, '0'), '', c.at, c.at
FROM (
    SELECT n, pg_temp.made_id($3 + n * $4, 0, n) AS id, to_timestamp(($3 + n * $4) / 1000.0) AS at, name,
        translate(lower(name), 'áéíóúüñç', 'aeiouunc') AS fold
    FROM (
        SELECT n, CASE WHEN n % 100000 = 4321 THEN 'Zebulon Quackenbush' ELSE
            first_names[1 + floor(60 * power((hashint8extended(n, 1) & 1048575) / 1048576.0, 1.7))::int] || ' ' ||
            last_names[1 + floor(80 * power((hashint8extended(n, 2) & 1048575) / 1048576.0, 1.3))::int] || ' ' ||
            last_names[1 + (hashint8extended(n, 3) & 1048575) % 80] END AS name
        FROM generate_series(1, $2::bigint) AS n, (SELECT
            '{María,José,Ana,Luis,Carmen,Juan,Rosa,Carlos,Marta,Miguel,Lucía,Javier,Sofía,Diego,Elena,Pedro,Isabel,Pablo,Paula,Andrés,Julia,Jorge,Beatriz,Raúl,Inés,Hugo,Mariana,Mario,Juana,Manuel,Valentina,Mateo,Martín,Daniela,Ricardo,Sara,David,Emma,Óscar,Olivia,Joaquín,Amelia,Rafael,Irene,Gonzalo,Eva,Noé,Zoé,Clara,Lía,Víctor,Camila,Julián,Manuela,Teo,Gabriela,Gabriel,Jaime,Ángela,Bruno}'::text[] AS first_names,
            '{García,Martínez,López,Sánchez,Pérez,Gómez,Fernández,Moreno,Jiménez,Rodríguez,Silva,Santos,Ferreira,Pereira,Oliveira,Costa,Quispe,Flores,Mamani,Rojas,Vargas,Huamán,Castillo,Mendoza,Torres,Ramírez,Chávez,Díaz,Cruz,Ramos,Vásquez,Castro,Gutiérrez,Espinoza,Romero,Ruiz,Salazar,Herrera,Medina,Aguilar,Guerrero,Reyes,Ortiz,Delgado,Rivera,Álvarez,Cabrera,Campos,Vega,Soto,Palacios,Navarro,Valdivia,Paredes,Córdova,Cárdenas,Carrasco,Zegarra,Ponce,Salinas,Peralta,Bravo,Acosta,Molina,Arias,Suárez,Aguirre,Valencia,Maldonado,Fuentes,Miranda,Montoya,Lozano,Bustamante,Villanueva,Yupanqui,Zevallos,Luna,Ríos,Pacheco}'::text[] AS last_names) names
    ) named
) c
