"""The columns of the three statements, named and ordered as in the vendor's SDK, in lower case.

Amounts are in yuan, except for per-share figures. Source: the vendor's manual V1.0.24.
"""


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


BALANCE_SHEET = _names(
    """
    acc_payable acc_receivable acc_receivables accrued_exp acct_payable acct_receivable
    act_trading_sec act_uw_sec adv_prem adv_receipt agency_assets agency_business_liab
    anticipation_liab asset_dep_funds_oth_fin_inst bonds_payable cap_resv cap_stock
    cash_central_bank_deposits ced_insur_cont_reserves_rcv claims_payable clients_fund_deposit
    clients_reserves cnvd_diff_foreign_curr_stat comp_type_code const_in_proc
    const_in_proc_total consump_bio_assets cont_assets cont_liabilities currency_cap
    currency_code debt_inv deferred_inc_noncur_liab deferred_income deferred_tax_assets
    deferred_tax_liab dep_received_ib_dep deposit_cap_recog deposit_taking deposits_received
    der_fin_assets deri_fin_liab develop_exp disposal_fix_assets div_payable div_receivable
    empl_pay_payable engin_mat fin_assets_ava_for_sale fin_assets_cost_sharing
    fin_assets_fair_value fixed_assets fixed_assets_total fixed_term_deposits goodwill
    gua_deposits_paid gua_pledge_loans hold_assets_for_sale hold_to_mty_inv inc_pledge_loan
    incl_trading_seat_fees ind_acct_assets ind_acct_liab insured_deposit_inv insured_div_payable
    int_receivable intangible_assets interest_payable inv inv_realestate lease_liability
    lend_funds lending_funds less_treasury_stk lia_hfs liab_dep_funds_oth_fin_inst
    life_insur_resv loan_central_bank loans_and_advances loans_from_oth_banks lt_deferred_exp
    lt_emp_comp_pay lt_equity_inv lt_health_insur_resv lt_loan lt_payable lt_payable_total
    lt_receivables minority_equity nom_risks_prep noncur_assets_due_within_1y
    noncur_liab_due_within_1y notes_payable notes_receivable oil_and_gas_assets oth_comp_income
    oth_equity_tools oth_equity_tools_pre_shr oth_noncur_assets other_assets other_cur_assets
    other_cur_liab other_debt_inv other_equity_inv other_liab other_noncur_fin_assets
    other_noncur_liab other_payable other_payable_total other_rcv_total other_receivable
    other_sustain_bond out_loss_resv payable payable_for_reinsurer precious_metal prepayment
    prod_bio_assets rcv_ced_claim_resv rcv_ced_life_insur_resv rcv_ced_lt_health_insur_resv
    rcv_ced_unearned_prem_resv rcv_financing rcv_inv receivable_prem red_mon_cap_for_sale
    reinsurance_acc_rcv rsrv_fund_insur_cont sell_repo_fin_assets service_charge_comm_payable
    settle_funds spe_assets_bal_diff spe_cur_assets_diff spe_cur_liab_diff spe_liab_bal_diff
    spe_liab_equity_bal_diff spe_noncur_assets_diff spe_noncur_liab_diff
    spe_share_equity_bal_diff special_payable special_resv st_bonds_payable st_borrowing
    st_fin_payable subr_rcv surplus_resv tax_payable tot_assets_bal_diff tot_cur_assets_diff
    tot_cur_liab_diff tot_liab_bal_diff tot_liab_equity_bal_diff tot_noncur_assets
    tot_noncur_assets_diff tot_noncur_liab_diff tot_share tot_share_equity_bal_diff
    tot_share_equity_excl_min_int tot_share_equity_incl_min_int total_assets total_cur_assets
    total_cur_liab total_liab total_liab_share_equity total_noncur_liab trading_fin_liab
    trading_finassets unamortized_exp unconfirmed_inv_loss undistributed_pro unearned_prem_resv
    use_right_assets
    """
)

INCOME = _names(
    """
    amort_cost_fin_assets_ear basic_eps beg_undistributed_pro capitalized_com_stock_div comments
    common_stock_div_payable comp_type_code continued_net_opera_pro credit_impair_loss
    currency_code diluted_eps distributive_pro distributive_pro_shareholder div_exp_insur ebit
    ebitda employee_welfare end_net_opera_pro ext_insur_cont_rsrv ext_unearned_prem_res
    fin_exp_int_exp fin_exp_int_inc gain_disposal_assets handling_chrg_comm_fee
    incl_inc_inv_jv_entp incl_less_loss_disp_ncur_asset incl_reinsur_prem_inc income_tax
    insur_exp insur_prem interest_inc is_calculation less_admin_exp less_amort_compen_exp
    less_amort_insur_cont_rsrv less_amort_reinsur_exp less_assets_impair_loss
    less_bus_tax_surcharge less_fin_exp less_handling_chrg_comm_fee less_interest_exp
    less_non_opera_exp less_opera_cost less_reinsur_prem less_selling_exp min_int_inc
    net_exposure_hedging_gain net_handling_chrg_comm_fee net_inc_ec_asset_mgmt_bus
    net_inc_sec_brok_bus net_inc_sec_uw_bus net_interest_inc net_pro_after_ded_nr_gl
    net_pro_after_ded_nr_gl_cor net_pro_excl_min_int_inc net_pro_incl_min_int_inc
    net_pro_under_int_acc_sta opera_exp opera_profit opera_rev oth_assets_impair_loss
    oth_bus_cost oth_bus_inc oth_compre_inc oth_income oth_net_opera_inc plus_net_fx_inc
    plus_net_gain_chg_fv plus_net_inv_inc plus_non_opera_rev plus_oth_net_bus_inc
    preferred_share_div_payable prem_bus_inc rd_exp reinsurance_exp spe_bal_net_pro_marg
    spe_bal_opera_pro_marg spe_bal_tot_opera_cost_dif spe_bal_tot_opera_inc_dif
    spe_bal_tot_pro_marg spe_tot_opera_cost_dif_state spe_tot_opera_inc_dif_state surr_value
    tot_bal_net_pro_marg tot_bal_opera_pro_marg tot_bal_tot_pro_marg tot_compen_exp
    tot_compre_inc tot_compre_inc_min_share tot_compre_inc_parent_comp tot_opera_cost
    tot_opera_cost2 tot_opera_rev total_profit transfer_housing_revo_funds transfer_others
    transfer_surplus_reserve unconfirmed_inv_loss withdraw_any_surplus_resv
    withdraw_ent_develop_fund withdraw_leg_pub_wel_fund withdraw_leg_surplus withdraw_resv_fund
    """
)

CASH_FLOW = _names(
    """
    absorb_cash_recp_inv amort_intan_assets amort_lt_deferred_exp beg_bal_cash_cash_equ
    cash_end_bal cash_for_charge cash_paid_insur_policy cash_paid_inv cash_paid_pur_const_fiolta
    cash_pay_claims_oic cash_pay_dist_div_pro_int cash_pay_employee cash_pay_for_debt
    cash_pay_goods_services cash_rece_borrow cash_rece_issue_bonds cash_recp_inv_income
    cash_recp_prem_oic cash_recp_recov_inv cash_recp_sg_and_rs comp_type_code
    conv_corp_bonds_due_within_1y conv_debt_into_cap credit_impair_loss currency_code
    decr_defe_inc_tax_assets decr_deferred_expense decr_inventory decr_opera_receivable
    depre_fa_oga_pba eff_fx_fluc_cash end_bal_cash_cash_equ financial_exp fixed_assets_fin_lease
    free_cash_flow incl_cash_recp_saims incl_div_pro_paid_sms incr_accrued_exp
    incr_defe_inc_tax_liab incr_opera_payable ind_net_cash_flows_opera_act
    ind_net_incr_cash_and_equ inv_loss is_calculation less_open_bal_cash less_open_bal_cash_equ
    loss_disp_fiolta loss_fairvalue_chg loss_fixed_assets net_cash_flows_fin_act
    net_cash_flows_inv_act net_cash_flows_opera_act net_cash_paid_sobu net_cash_rec_sec
    net_cash_recp_disp_fiolta net_cash_recp_disp_sobu net_cash_recp_reinsu_bus
    net_incr_borr_fund net_incr_borr_ofi net_incr_cash_and_cash_equ net_incr_cus_loan_adv
    net_incr_dep_cb_ib net_incr_dep_cus_and_ib net_incr_dismantle_cap net_incr_disp_faas
    net_incr_disp_tfa net_incr_insured_save net_incr_int_and_charge net_incr_loans_central_bank
    net_incr_pledge_loan net_incr_repu_bus_fund net_profit oth_cash_pay_inv_act
    oth_cash_pay_opera_act oth_cash_recp_inv_act other_assets_impair_loss other_cash_pay_fin_act
    other_cash_recp_fin_act other_cash_recp_oper_act others pay_all_tax plus_assets_depre_prep
    plus_end_bal_cash_equ recp_tax_refund spe_bal_cash_inflow_fin_act
    spe_bal_cash_inflow_inv_act spe_bal_cash_inflow_opera_act spe_bal_cash_outflow_fin
    spe_bal_cash_outflow_inv spe_bal_cash_outflow_opera spe_bal_netcash_inc_diff_ind
    spe_bal_netcash_incr_diff spe_bal_netcash_opera_ind tot_bal_cash_inflow_fin_act
    tot_bal_cash_inflow_inv_act tot_bal_cash_inflow_opera_act tot_bal_cash_outflow_fin
    tot_bal_cash_outflow_inv tot_bal_cash_outflow_opera tot_bal_netcash_flow_fin
    tot_bal_netcash_flow_inv tot_bal_netcash_flow_opera tot_bal_netcash_inc_diff_ind
    tot_bal_netcash_incr_diff tot_bal_netcash_opera_ind tot_cash_inflow_fin_act
    tot_cash_inflow_inv_act tot_cash_inflow_oper_act tot_cash_outflow_fin_act
    tot_cash_outflow_inv_act tot_cash_outflow_opera_act unconfirmed_inv_loss use_right_asset_dep
    """
)
