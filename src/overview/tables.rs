//! The tables of a round.

use std::collections::BTreeMap;

use crate::overview::table::{Cell, FIGURES, Table, figures};
use crate::overview::{Bilingual, GapRow, Group, LeftRow, Overview, ReasonCount};
use crate::plan::Privacy;

impl Overview {
    /// Every link; prices and scores where they are told.
    #[must_use]
    pub fn links_table(&self) -> Table {
        let columns = [
            ("Hợp tác xã", "Cooperative"),
            ("Sản phẩm", "Product"),
            ("Doanh nghiệp", "Enterprise"),
            ("#Khối lượng, kg", "Volume, kg"),
            ("#Theo hợp đồng, kg", "By contract, kg"),
            ("Từ", "From"),
            ("Đến", "To"),
            ("#Khoảng cách, km", "Distance, km"),
            ("Thời gian", "Days"),
            ("#Điểm", "Score"),
            ("#Giá chào, đ/kg", "Ask, VND/kg"),
            ("#Giá mua, đ/kg", "Bid, VND/kg"),
            ("Mã chào bán", "Offer"),
            ("Mã nhu cầu", "Demand"),
        ];
        let rows = self.links.iter().map(|link| {
            vec![
                Cell::name(&link.cooperative.1),
                Cell::words(&link.product),
                Cell::name(&link.enterprise.1),
                Cell::kg(link.volume),
                if link.contract.0 == 0 { Cell::Empty } else { Cell::kg(link.contract) },
                Cell::words(&link.from),
                Cell::words(&link.to),
                Cell::Distance(link.distance),
                Cell::days(link.days),
                link.score.map_or(Cell::Empty, Cell::Score),
                Cell::price(link.ask),
                Cell::price(link.bid),
                Cell::name(&link.offer),
                Cell::name(&link.demand),
            ]
        });
        Table::new("links", "Liên kết", "Links", &columns).with(rows).without_empty_columns()
    }

    /// Offers with something left; empty for the public.
    #[must_use]
    pub fn left_offers_table(&self) -> Table {
        let title = ("left_offers", "Chào bán còn dư", "Offers left", ("Hợp tác xã", "Cooperative"));
        left(title, ("Mã chào bán", "Offer"), ("#Chào bán, kg", "Offered, kg"), &self.left_offers)
    }

    /// Demands with something left; empty for the public.
    #[must_use]
    pub fn left_demands_table(&self) -> Table {
        let title = ("left_demands", "Nhu cầu chưa đủ", "Demands left", ("Doanh nghiệp", "Enterprise"));
        left(title, ("Mã nhu cầu", "Demand"), ("#Cần mua, kg", "Demanded, kg"), &self.left_demands)
    }

    /// What would link whom; empty for the public.
    #[must_use]
    pub fn gaps_table(&self) -> Table {
        let columns = [
            ("Hợp tác xã", "Cooperative"),
            ("Sản phẩm", "Product"),
            ("Doanh nghiệp", "Enterprise"),
            ("#Có thể bán, kg", "Could sell, kg"),
            ("Vướng", "Stopped by"),
            ("Cần thay đổi", "What would change it"),
            ("Mã chào bán", "Offer"),
            ("Mã nhu cầu", "Demand"),
        ];
        let rows = self.gaps.iter().map(|gap| {
            vec![
                Cell::name(&gap.cooperative.1),
                Cell::words(&gap.product),
                Cell::name(&gap.enterprise.1),
                Cell::kg(gap.volume),
                Cell::words(&gap.rule_name),
                Cell::words(&gap.change),
                Cell::name(&gap.offer),
                Cell::name(&gap.demand),
            ]
        });
        Table::new("gaps", "Còn thiếu gì", "Gaps", &columns).with(rows)
    }

    /// Gaps added up: which paper and which other change would bring how many to a demand.
    #[must_use]
    pub fn levers_table(&self) -> Table {
        let columns = [
            ("Vướng", "Stopped by"),
            ("Cần", "What is needed"),
            ("#HTX", "Cooperatives"),
            ("#Chào bán", "Offers"),
            ("#Có thể bán nhiều nhất, kg", "Could sell at most, kg"),
        ];
        let rows = self.levers.iter().map(|lever| {
            let what = Bilingual::of(|language| language.rule(lever.rule));
            vec![
                Cell::Words(what),
                if lever.standards.is_empty() { Cell::Empty } else { Cell::words(&lever.name) },
                Cell::Count(lever.cooperatives.into()),
                Cell::Count(lever.offers.into()),
                Cell::Kg(lever.volume_kg),
            ]
        });
        Table::new("levers", "Tháo gỡ", "Levers", &columns).with(rows)
    }

    /// Figures of the areas of the parties; areas of nobody are left out.
    #[must_use]
    pub fn areas_table(&self) -> Table {
        let there = self.areas.iter().filter(|area| area.figures.cooperatives + area.figures.enterprises > 0);
        let groups = there.map(|area| (&area.name, &area.figures));
        statistics("areas", ("Theo tỉnh", "By province"), ("Tỉnh, thành phố", "Province"), groups)
    }

    /// Figures by product.
    #[must_use]
    pub fn products_table(&self) -> Table {
        named("products", ("Theo sản phẩm", "By product"), ("Sản phẩm", "Product"), &self.products)
    }

    /// Figures by legal form.
    #[must_use]
    pub fn kinds_table(&self) -> Table {
        named("kinds", ("Theo loại hình", "By legal form"), ("Loại hình", "Legal form"), &self.kinds)
    }

    /// Figures by tag.
    #[must_use]
    pub fn tags_table(&self) -> Table {
        named("tags", ("Theo nhóm", "By tag"), ("Nhóm", "Tag"), &self.tags)
    }

    /// Figures by OCOP stars.
    #[must_use]
    pub fn stars_table(&self) -> Table {
        named("stars", ("Theo sao OCOP", "By OCOP stars"), ("Sao OCOP", "OCOP stars"), &self.stars)
    }

    /// Figures by certificate held.
    #[must_use]
    pub fn standards_table(&self) -> Table {
        let titles = ("Theo chứng nhận", "By certificate");
        named("standards", titles, ("Chứng nhận", "Certificate"), &self.standards)
    }

    /// Flows from area to area.
    #[must_use]
    pub fn flows_table(&self) -> Table {
        let columns = [
            ("Từ", "From"),
            ("Đến", "To"),
            ("Nhóm sản phẩm", "Product group"),
            ("#Khối lượng, kg", "Volume, kg"),
            ("#Liên kết", "Links"),
        ];
        let rows = self.flows.iter().map(|flow| {
            vec![
                Cell::words(&self.areas[flow.from].name),
                Cell::words(&self.areas[flow.to].name),
                Cell::words(&flow.product_name),
                Cell::Kg(flow.volume_kg),
                Cell::Count(flow.links.into()),
            ]
        });
        Table::new("flows", "Luồng hàng", "Flows", &columns).with(rows)
    }

    /// Where pairs fail: those stopped by each rule, and those that are left after it.
    #[must_use]
    pub fn funnel_table(&self) -> Table {
        let columns =
            [("Điều kiện", "Rule"), ("#Cặp bị loại", "Pairs stopped"), ("#Cặp còn lại", "Pairs left")];
        let mut left = i128::from(self.pairs());
        let row = |what, stopped, left| vec![what, stopped, Cell::Count(left)];
        let all = Bilingual::new("mọi cặp", "all pairs");
        let mut rows = vec![row(Cell::Words(all), Cell::Empty, left)];
        for &(rule, stopped) in &self.stopped {
            left -= i128::from(stopped);
            let name = Bilingual::of(|language| language.rule(rule));
            rows.push(row(Cell::Words(name), Cell::Count(stopped.into()), left));
        }
        let linked = Bilingual::new("có liên kết, hợp đồng cũ kể cả", "linked, old contracts included");
        rows.push(row(Cell::Words(linked), Cell::Empty, self.links.len() as i128));
        Table::new("funnel", "Phễu", "Funnel", &columns).with(rows)
    }

    /// Offers × demands.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.total.offers * self.total.demands
    }

    /// Why something is left, on both sides.
    #[must_use]
    pub fn reasons_table(&self) -> Table {
        let columns = [
            ("Bên", "Side"),
            ("Lý do", "Reason"),
            ("#Số lượng", "How many"),
            ("#Còn lại, kg", "Left, kg"),
            ("Mã lý do", "Code"),
        ];
        let side = |name: (&str, &str), counts: &[ReasonCount]| -> Vec<Vec<Cell>> {
            let row = |count: &ReasonCount| {
                vec![
                    Cell::Words(Bilingual::new(name.0, name.1)),
                    Cell::words(&count.why),
                    Cell::Count(count.count.into()),
                    Cell::Kg(count.left_kg),
                    Cell::name(count.reason.code()),
                ]
            };
            counts.iter().map(row).collect()
        };
        Table::new("reasons", "Lý do", "Reasons", &columns)
            .with(side(("chào bán", "offers"), &self.offer_reasons))
            .with(side(("nhu cầu", "demands"), &self.demand_reasons))
    }

    /// How the cooperatives' fill rates are spread.
    #[must_use]
    pub fn fill_table(&self) -> Table {
        let columns = [("Tỷ lệ tiêu thụ", "Fill rate"), ("#HTX", "Cooperatives")];
        let name = |class: usize| match class {
            0 => "0 %".to_owned(),
            11 => "100 %".to_owned(),
            10 => "90–<100 %".to_owned(),
            1 => ">0–<10 %".to_owned(),
            _ => format!("{}–<{} %", (class - 1) * 10, class * 10),
        };
        let rows = self.fill_classes.iter().enumerate();
        let rows = rows.map(|(i, count)| vec![Cell::Name(name(i)), Cell::Count((*count).into())]);
        Table::new("fill", "Tỷ lệ tiêu thụ", "Fill rates", &columns).with(rows)
    }

    /// Dual prices, for auditors.
    #[must_use]
    pub fn prices_table(&self) -> Table {
        let columns =
            [("Của", "Of"), ("Mã", "Id"), ("#Giá đối ngẫu, đơn vị mục tiêu/kg", "Dual price, objective/kg")];
        let rows = self
            .prices
            .iter()
            .map(|price| vec![Cell::name(price.of), Cell::name(&price.id), Cell::Count(price.price.into())]);
        Table::new("prices", "Giá đối ngẫu", "Dual prices", &columns).with(rows)
    }

    /// What each cooperative is handed: its links, what it has left, and what would change it. No price of anybody.
    #[must_use]
    pub fn cooperatives_table(&self) -> Table {
        let names = (("Hợp tác xã", "Cooperative"), ("Doanh nghiệp", "Enterprise"));
        let title = ("cooperatives", "Theo HTX", "By cooperative");
        self.parties(title, names, &self.left_offers, true)
    }

    /// What each enterprise is handed, as [`Overview::cooperatives_table`].
    #[must_use]
    pub fn enterprises_table(&self) -> Table {
        let names = (("Doanh nghiệp", "Enterprise"), ("Hợp tác xã", "Cooperative"));
        let title = ("enterprises", "Theo DN", "By enterprise");
        self.parties(title, names, &self.left_demands, false)
    }

    fn parties(
        &self,
        title: (&'static str, &str, &str),
        (own, other): ((&str, &str), (&str, &str)),
        left: &[LeftRow],
        selling: bool,
    ) -> Table {
        let columns = [
            own,
            ("Sản phẩm", "Product"),
            ("Kết quả", "Outcome"),
            other,
            ("#Khối lượng, kg", "Volume, kg"),
            ("#Khoảng cách, km", "Distance, km"),
            ("Thời gian", "Days"),
            ("Lý do, cần thay đổi", "Why, and what would change it"),
            ("Mã", "Id"),
        ];
        // By party, then by its offer or demand; links before what is left of it.
        let mut rows: BTreeMap<(&str, &str, u8, &str), Vec<Cell>> = BTreeMap::new();
        for link in &self.links {
            let (own, own_id, other, other_id) = if selling {
                (&link.cooperative, &link.offer, &link.enterprise, &link.demand)
            } else {
                (&link.enterprise, &link.demand, &link.cooperative, &link.offer)
            };
            let row = vec![
                Cell::name(&own.1),
                Cell::words(&link.product),
                Cell::Words(Bilingual::new("liên kết", "linked")),
                Cell::name(&other.1),
                Cell::kg(link.volume),
                Cell::Distance(link.distance),
                Cell::days(link.days),
                Cell::Empty,
                Cell::name(own_id),
            ];
            rows.insert((&own.0, own_id, 0, other_id), row);
        }
        for left in left {
            // Gaps are found from the offers' side, and sorted by offer.
            let at = self.gaps.partition_point(|gap| gap.offer < left.id);
            let near = self.gaps[at..].iter().take_while(|gap| selling && gap.offer == left.id);
            let near: Vec<&GapRow> = near.collect();
            let told = |of: fn(&Bilingual) -> &str| {
                let changes = near
                    .iter()
                    .map(|gap| format!("{}: {}", gap.enterprise.1, of(&gap.change_for_participants)));
                std::iter::once(of(&left.why).to_owned()).chain(changes).collect::<Vec<_>>().join("; ")
            };
            let row = vec![
                Cell::name(&left.party.1),
                Cell::words(&left.product),
                Cell::Words(Bilingual::new("còn lại", "left")),
                Cell::Empty,
                Cell::kg(left.left),
                Cell::Empty,
                Cell::Empty,
                Cell::Words(Bilingual::new(told(|text| &text.vi), told(|text| &text.en))),
                Cell::name(&left.id),
            ];
            rows.insert((&left.party.0, &left.id, 1, ""), row);
        }
        Table::new(title.0, title.1, title.2, &columns).with(rows.into_values())
    }

    /// Every table that the level of privacy has something to tell in, in the order of the workbook's sheets.
    #[must_use]
    pub fn tables(&self) -> Vec<Table> {
        let told = self.privacy != Privacy::Public;
        let mut tables = vec![self.links_table()];
        if told {
            tables.extend([self.left_offers_table(), self.left_demands_table()]);
            tables.extend([self.cooperatives_table(), self.enterprises_table(), self.gaps_table()]);
        }
        tables.extend([self.levers_table(), self.areas_table(), self.products_table(), self.kinds_table()]);
        tables.extend([self.tags_table(), self.stars_table(), self.standards_table(), self.flows_table()]);
        tables.extend([self.funnel_table(), self.reasons_table(), self.fill_table()]);
        if !self.frontier.is_empty() {
            tables.push(self.frontier_table());
        }
        if self.privacy == Privacy::Auditor {
            tables.push(self.prices_table());
        }
        tables
    }
}

type Title<'a> = (&'a str, &'a str);

fn left(
    (key, vi, en, party): (&'static str, &str, &str, Title),
    id: Title,
    volume: Title,
    rows: &[LeftRow],
) -> Table {
    let columns = [
        party,
        ("Sản phẩm", "Product"),
        ("Địa bàn", "Area"),
        volume,
        ("#Còn lại, kg", "Left, kg"),
        ("Lý do", "Reason"),
        id,
    ];
    let rows = rows.iter().map(|left| {
        vec![
            Cell::name(&left.party.1),
            Cell::words(&left.product),
            Cell::words(&left.area),
            Cell::kg(left.volume),
            Cell::kg(left.left),
            Cell::words(&left.why),
            Cell::name(&left.id),
        ]
    });
    Table::new(key, vi, en, &columns).with(rows)
}

fn named(key: &'static str, titles: Title, of: Title, groups: &[Group]) -> Table {
    statistics(key, titles, of, groups.iter().map(|group| (&group.name, &group.figures)))
}

fn statistics<'a>(
    key: &'static str,
    (vi, en): Title,
    of: Title,
    groups: impl Iterator<Item = (&'a Bilingual, &'a crate::overview::Figures)>,
) -> Table {
    let columns: Vec<Title> = std::iter::once(of).chain(FIGURES).collect();
    let rows = groups.map(|(name, f)| std::iter::once(Cell::words(name)).chain(figures(f)).collect());
    Table::new(key, vi, en, &columns).with(rows).without_empty_columns()
}
